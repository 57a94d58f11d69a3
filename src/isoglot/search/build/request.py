"""What a person says about the encoder of an index."""

from dataclasses import dataclass, replace
from typing import Self

from isoglot.search.store.schema import Settings

PASSAGE_CHARACTERS = 1_000


@dataclass(frozen=True)
class EncoderRequest:
    """None leaves a value to the index, where there is one, else to the model.

    Args:
        model: name or folder.
        query_prompt: put before queries.
        passage_prompt: put before passages.
        max_length: tokens of a text that are read.
        passage_characters: longest passage that documents are cut into.
        batch_size: texts encoded together.
    """

    model: str | None = None
    query_prompt: str | None = None
    passage_prompt: str | None = None
    max_length: int | None = None
    passage_characters: int | None = None
    batch_size: int = 128

    def completed(self, index: Settings) -> Self:
        """With the values of an index where none is given."""
        left = {name: getattr(index, name) for name, value in vars(self).items() if value is None}
        return replace(self, **left)
