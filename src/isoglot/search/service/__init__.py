"""The HTTP service of an index: what answers, what guards it, what it tells about itself."""
