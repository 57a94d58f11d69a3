"""What answers: derived from the store, memory-mapped, made again whenever it is missing, damaged or older."""

from isoglot.search.derived.about import About, BlockAbout
from isoglot.search.derived.derive import derive
from isoglot.search.derived.derived import Block, Derived, read_derived
from isoglot.search.derived.reading import open_derived

__all__ = ["About", "Block", "BlockAbout", "Derived", "derive", "open_derived", "read_derived"]
