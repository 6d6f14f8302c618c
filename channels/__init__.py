"""The way in: loopback bridge, conversation store, terminal shell."""
