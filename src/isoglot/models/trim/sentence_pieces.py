"""Vocabularies of SentencePiece models, edited in their protocol buffer.

The package `sentencepiece` reads such models only whole, and its bindings to edit them need `protobuf`. The fields are
those of `sentencepiece_model.proto`.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Self

from isoglot.models.trim.characters import spells
from isoglot.models.trim.messages import Field, fields, varint

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

PIECE, SELF_TEST = 1, 4  # of ModelProto
KIND, NORMAL = 3, 1  # of SentencePiece; a piece that does not say is normal


class PieceVocabulary:
    """The pieces of a Unigram SentencePiece model.

    Why covered text is still read as before is said at `JsonVocabulary`. Besides the lowest-scored piece the highest
    one stays, by which the pieces that its user defined are scored.

    Args:
        content: a serialised `ModelProto`.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content

    @cached_property
    def processor(self) -> "SentencePieceProcessor":
        """The tokenizer itself."""
        from sentencepiece import SentencePieceProcessor

        return SentencePieceProcessor(model_proto=self.content)

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of each piece."""
        return {self.processor.id_to_piece(number): number for number in range(self.processor.vocab_size())}

    def behind(self, texts: Sequence[str], used: set[int]) -> set[int]:  # noqa: ARG002 - as for all vocabularies
        """Nothing: Unigram reads a text as the pieces that it shows."""
        return set()

    def closed(self, used: set[int], scripts: frozenset[str]) -> set[int]:
        """See `Vocabulary`; of the pieces that are not normal all."""
        normal = self._normal()
        ends = {choose(normal, key=self.processor.get_score) for choose in (min, max)}
        spelling = {number for piece, number in self.ids.items() if spells(piece, scripts)}
        return used | ends | spelling | (set(self.ids.values()) - set(normal))

    def _normal(self) -> list[int]:
        pieces = ({part.number: part.value for part in fields(piece.value)} for piece in self._pieces)
        return [number for number, piece in enumerate(pieces) if KIND not in piece or varint(piece[KIND])[0] == NORMAL]

    def only(self, kept: Sequence[int]) -> Self:
        """See `Vocabulary`; without the model's tests of itself, which may need other pieces."""
        others = [field.whole for field in fields(self.content) if field.number not in (PIECE, SELF_TEST)]
        return type(self)(b"".join([self._pieces[number].whole for number in kept] + others))

    @cached_property
    def _pieces(self) -> list[Field]:
        return [field for field in fields(self.content) if field.number == PIECE]
