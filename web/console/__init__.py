"""What support staff reach: their accounts, and the pages on which they review conversations."""
