"""Labelled sets that are never trained on, and the program that scores the assistant on them."""
