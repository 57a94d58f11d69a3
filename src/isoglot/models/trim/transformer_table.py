"""The token vectors of a transformer, whose configuration names ids too."""

from collections.abc import Iterator
from typing import Any

from sentence_transformers.sentence_transformer.modules import Transformer
from torch import nn

from isoglot.errors import IsoglotError
from isoglot.models.trim.token_table import NewIds, TokenTable
from isoglot.models.trim.tokenizer_json import JsonVocabulary


class TransformerTable(TokenTable):
    """Of a `Transformer`.

    Raises:
        IsoglotError: the tokenizer is a slow one, or an adapter stands beside the weights.
    """

    def __init__(self, module: Transformer) -> None:
        tokenizer, self.network = module.tokenizer, module.model
        if not getattr(tokenizer, "is_fast", False):
            kind = type(tokenizer).__name__
            raise IsoglotError(f"the slow tokenizer {kind} cannot be trimmed; take a model with a tokenizer.json.")
        if getattr(self.network, "_hf_peft_config_loaded", False):
            raise IsoglotError("the model has an adapter beside its weights; merge it into them before trimming.")
        vocabulary = JsonVocabulary.of(tokenizer.backend_tokenizer)
        super().__init__(module, vocabulary, self.network.get_input_embeddings())

    @property
    def reserved(self) -> set[int]:
        """Special tokens, ids in the configuration, and what must stand before the padding token.

        A RoBERTa counts positions from the id of its padding token; all ids up to that one stay, so that it stays.
        """
        known = {*self.module.tokenizer.all_special_ids, self.embedding.padding_idx}
        known |= {number for _, _, ids in self._configured() for number in ids}
        counted_from = [
            module.padding_idx
            for module in self.network.modules()
            if isinstance(module, nn.Embedding) and module.weight is not self.embedding.weight
        ]
        known |= {*range(max((padding for padding in counted_from if padding is not None), default=0))}
        return known & {*self.vocabulary.ids.values()}

    def adapt(self, vocabulary: JsonVocabulary, new_ids: NewIds) -> None:
        """Put the tokenizer in place, and the number of tokens and their new ids into the configuration."""
        self.module.tokenizer._tokenizer = vocabulary.backend
        self.network.config.get_text_config().vocab_size = self.embedding.num_embeddings
        for config, name, ids in self._configured():
            renumbered = [new_ids.get(number) for number in ids]
            setattr(config, name, renumbered if isinstance(getattr(config, name), list) else renumbered[0])

    def _configured(self) -> Iterator[tuple[Any, str, list[int]]]:
        """Each part of the configuration with the name of an entry that holds ids, and these."""
        config, text_config = self.network.config, self.network.config.get_text_config()
        for each in [config] if text_config is config else [config, text_config]:
            for name, value in [*vars(each).items()]:
                if name.endswith("_token_id") and value is not None:
                    yield each, name, [*value] if isinstance(value, list) else [value]
