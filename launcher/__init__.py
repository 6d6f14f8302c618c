"""Starting Rasa without TensorFlow, and finding out what a machine lacks."""
