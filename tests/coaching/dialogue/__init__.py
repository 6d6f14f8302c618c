"""A package, because tests/channels has a test_turn.py as well."""
