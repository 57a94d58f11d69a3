"""Claims beside the passages that are nearest to them, in whatever language: relatedness, not truth."""
