"""A grid of trainings on the same data, each evaluated on the same collections."""
