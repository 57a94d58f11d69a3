"""The embedded encoder isoglot/use-m3: multilingual universal sentence encoder v3 as a trainable module."""

from isoglot.models.use_m3.module import UseM3

__all__ = ["UseM3"]
