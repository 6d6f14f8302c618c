"""Graph components of the pipeline, and the pure reasoning beside each of them."""
