"""What website visitors reach: the chat API, its event streams, the widget's files."""
