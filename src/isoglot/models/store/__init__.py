"""The embedding store: vectors on disk, shared by everything that encodes. Nothing here needs torch."""

from isoglot.models.store.space import Space, SpaceKey
from isoglot.models.store.store import EmbeddingStore, SpaceReport
from isoglot.models.store.writer import Writer

__all__ = ["EmbeddingStore", "Space", "SpaceKey", "SpaceReport", "Writer"]
