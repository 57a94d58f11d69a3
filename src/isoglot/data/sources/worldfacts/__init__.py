"""The embedded corpus: facts of Unicode CLDR, said in many languages by templates; no network and no file."""

from isoglot.data.sources.worldfacts.corpus import PARTS, read

__all__ = ["PARTS", "read"]
