"""Speed and memory against Rasa's own starter, and ways of understanding compared (docs/architecture.md, section 7)."""
