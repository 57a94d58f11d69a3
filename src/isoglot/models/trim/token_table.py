"""The token vectors of a model with their tokenizer, and how both are exchanged for others."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from torch import Tensor, nn

from isoglot.errors import IsoglotError
from isoglot.models.trim.sentence_pieces import PieceVocabulary
from isoglot.models.trim.tokenizer_json import JsonVocabulary
from isoglot.models.trim.vocabulary import Vocabulary
from isoglot.models.use_m3 import UseM3

NewIds = Mapping[int, int]


class TokenTable(ABC):
    """The token vectors of a model.

    Args:
        module: turns texts into ids, and ids into vectors.
        vocabulary: of its tokenizer.
        embedding: the vectors, one row for each id, and maybe rows that no token has.

    Raises:
        IsoglotError: tokens have no row.
    """

    def __init__(self, module: Any, vocabulary: Vocabulary, embedding: nn.Embedding | nn.EmbeddingBag) -> None:
        self.module, self.vocabulary, self.embedding = module, vocabulary, embedding
        rows, tokens = len(embedding.weight), 1 + max(vocabulary.ids.values())
        if tokens > rows:
            raise IsoglotError(f"the model has {rows:,} token vectors for {tokens:,} tokens; take one that has all.")

    @property
    def reserved(self) -> set[int]:
        """Ids that the network knows besides its tokenizer."""
        return set()

    def exchange(self, vocabulary: Vocabulary, rows: Tensor, new_ids: NewIds) -> None:
        """Put another tokenizer and other token vectors in place.

        Args:
            vocabulary: the new one.
            rows: its vectors, [tokens or more, dimensions].
            new_ids: by the old id, of all tokens that are in both.
        """
        old = self.embedding.weight
        new = nn.Parameter(rows, requires_grad=old.requires_grad)
        for holder in self.module.modules():
            if getattr(holder, "weight", None) is old:
                holder.weight, holder.num_embeddings = new, len(rows)
                if holder.padding_idx is not None:
                    holder.padding_idx = new_ids.get(holder.padding_idx)
        self.vocabulary = vocabulary
        self.adapt(vocabulary, new_ids)

    @abstractmethod
    def adapt(self, vocabulary: Any, new_ids: NewIds) -> None:
        """Tell the module about its new vocabulary."""


class StaticTable(TokenTable):
    """Of a `StaticEmbedding`."""

    def __init__(self, module: StaticEmbedding) -> None:
        super().__init__(module, JsonVocabulary.of(module.tokenizer), module.embedding)

    def adapt(self, vocabulary: JsonVocabulary, new_ids: NewIds) -> None:  # noqa: ARG002 - as for all tables
        """Tell the module about its new vocabulary."""
        self.module.tokenizer, self.module.num_embeddings = vocabulary.backend, self.embedding.num_embeddings


class UseM3Table(TokenTable):
    """Of `isoglot/use-m3`."""

    def __init__(self, module: UseM3) -> None:
        vocabulary = PieceVocabulary(module.tokenizer.serialized_model_proto())
        super().__init__(module, vocabulary, module.network.tokens)

    def adapt(self, vocabulary: PieceVocabulary, new_ids: NewIds) -> None:  # noqa: ARG002 - as for all tables
        """Tell the module about its new vocabulary."""
        self.module.tokenizer = vocabulary.processor
