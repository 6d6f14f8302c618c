"""The fitness knowledge as pure functions: numbers and keys in, numbers and keys out; the domain words them."""
