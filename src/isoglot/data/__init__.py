"""Collections: the one noun of isoglot, and everything that reads, checks and cuts them."""

from isoglot.data.collection import Collection

__all__ = ["Collection"]
