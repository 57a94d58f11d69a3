"""The verbs of isoglot on more than one machine, by Ray; each is a thin layer over the function for one process."""
