"""From a question to its hits: the pool, candidates of every language, fusion, documents, highlights."""
