"""One small file per benchmark or format: each reads its own into a Collection."""
