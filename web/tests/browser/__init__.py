"""The chat widget in a real Chromium, against a real gateway. A package, so that its browser ends with it (conftest.py)."""
