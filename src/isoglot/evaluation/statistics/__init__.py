"""Statistics whose unit is the topic: however many translations a question has, it is one observation."""
