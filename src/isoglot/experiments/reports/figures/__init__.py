"""The figures of the report: vector graphics whose text is text, each with its data."""
