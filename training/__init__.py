"""Fine-tuning the sentence encoder; an environment of its own."""
