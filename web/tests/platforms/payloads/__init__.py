"""Webhook calls as the platforms send them; each module names the pages of the public documentation it follows."""
