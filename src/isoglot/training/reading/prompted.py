"""Texts tokenised whenever they stand in a batch: for encoders whose features are not ragged token ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.errors import RequestError
from isoglot.models.roles import prompt_of
from isoglot.training.reading.ragged import Rows


@dataclass(frozen=True)
class PromptedTexts:
    """Texts of a share that are tokenised when they are asked for.

    Args:
        model: tokenises.
        texts: with their prompts, or without the one that they have in common.
        prompt: the prompt of all texts, for a pooling that leaves it out.
    """

    model: SentenceTransformer
    texts: list[str]
    prompt: str | None = None

    @property
    def lengths(self) -> Rows:
        """Characters of each text, in place of its tokens."""
        return np.array([len(text) for text in self.texts])

    @property
    def padded(self) -> bool:
        """Whether texts that are encoded together are padded to the longest of them; taken to be so."""
        return True

    def features(self, places: Rows) -> dict[str, Any]:
        """What the encoder takes for the texts at these places."""
        return self.model.preprocess([self.texts[place] for place in places.tolist()], prompt=self.prompt)


class TokenisedEachTime:
    """The texts of some collections.

    Args:
        model: tokenises.
        collections: their queries and passages.

    Raises:
        RequestError: the model pools without prompts, and queries and passages have unlike ones.
    """

    def __init__(self, model: SentenceTransformer, collections: Sequence[Collection]) -> None:
        self.model = model
        self.query_prompt, self.passage_prompt = prompt_of(model, "query"), prompt_of(model, "passage")
        self.prompt = self._prompt_to_leave_out()
        self.queries = [collection.query_texts for collection in collections]
        self.passages = [collection.passage_texts for collection in collections]

    def read(self, collection: int, queries: Rows, passages: Rows) -> PromptedTexts:
        """The queries and then the passages in these rows of a collection."""
        before_query, before_passage = (self.query_prompt, self.passage_prompt) if self.prompt is None else ("", "")
        texts = [before_query + self.queries[collection][row] for row in queries.tolist()]
        texts += [before_passage + self.passages[collection][row] for row in passages.tolist()]
        return PromptedTexts(self.model, texts, self.prompt)

    def _prompt_to_leave_out(self) -> str | None:
        if not leaves_prompts_out(self.model) or not self.query_prompt + self.passage_prompt:
            return None
        if self.query_prompt != self.passage_prompt:
            raise RequestError(
                f"this model pools without prompts, and they are {self.query_prompt!r} and {self.passage_prompt!r}; "
                "training needs the same for queries and passages, so set --query-prompt and --passage-prompt."
            )
        return self.query_prompt


def leaves_prompts_out(model: SentenceTransformer) -> bool:
    """Whether a pooling of the model passes over the tokens of the prompt."""
    return not all(getattr(module, "include_prompt", True) for module in model)
