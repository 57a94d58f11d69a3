"""`python -m isoglot` is `isoglot`."""

from isoglot.cli import main

main()
