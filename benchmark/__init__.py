"""Speed and memory against Rasa's own starter, and a comparison of ways of understanding (docs/architecture.md, section 7)."""
