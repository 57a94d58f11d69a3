"""The store of record of an index: a LanceDB table of passages with atomic versions."""
