"""From corrections to lines that the assistant learns from or is measured on: stripped, checked, exported, imported."""
