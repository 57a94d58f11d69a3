"""An index whose vectors are sharded over workers, served by Ray Serve."""
