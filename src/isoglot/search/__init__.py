"""A search service that is fair across languages: index, search, serve."""
