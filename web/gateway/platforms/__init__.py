"""The messaging platforms: one small adapter each, and what they share. docs/channels/ describes them for people."""
