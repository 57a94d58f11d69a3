"""The report of an experiment: one page, its tables and figures, and a model card, all made from the folder alone."""
