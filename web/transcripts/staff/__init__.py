"""What staff see of the record: the queue, lists and search, the transcript, figures, and the reviews themselves."""
