"""Custom actions: thin, one per file. They decide which response; its wording is in domain.yml."""
