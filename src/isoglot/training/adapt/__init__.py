"""Which weights learn and how fast: low-rank adapters, frozen layers, learning rates by name."""
