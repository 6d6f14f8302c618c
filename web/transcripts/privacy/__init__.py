"""What the record does for people's privacy: erasure, retention, a person's data, masking on copies for display."""
