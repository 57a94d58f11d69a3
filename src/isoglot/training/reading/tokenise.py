"""Every text of the training collections tokenised once, whatever batches it will stand in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from accelerate import PartialState
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.models.fingerprint import tokenizer_parts
from isoglot.models.roles import ROLES, Role, prompt_of
from isoglot.training.reading.forms import Form, Padded
from isoglot.training.reading.ragged import RaggedIds, Rows, joined, open_ragged, write_ragged
from isoglot.training.reading.rows import RowsByRole

TOGETHER = 1000
LIBRARIES = ("sentence-transformers", "transformers", "tokenizers")


@dataclass(frozen=True)
class TokenisedTexts:
    """Texts of a share whose token ids are known.

    Args:
        form: makes features of them.
        ragged: their token ids.
    """

    form: Form
    ragged: RaggedIds

    @property
    def lengths(self) -> Rows:
        """Tokens of each text, [T]."""
        return self.ragged.lengths

    @property
    def padded(self) -> bool:
        """Whether texts that are encoded together are padded to the longest of them."""
        return isinstance(self.form, Padded)

    def features(self, places: Rows) -> dict[str, Any]:
        """What the encoder takes for the texts at these places."""
        return self.form.build(self.ragged.at(places))


class TokenisedOnce:
    """The token ids of some texts of some collections, from files that are made where they are missing.

    Args:
        model: tokenises.
        form: of its features.
        collections: hold the texts.
        rows: of the queries and passages of each collection that will be read, ascending.
        folder: of the files; the first worker makes them while the others wait.
    """

    def __init__(
        self,
        model: SentenceTransformer,
        form: Form,
        collections: Sequence[Collection],
        rows: Sequence[RowsByRole],
        folder: Path,
    ) -> None:
        self.form, self.rows = form, rows
        with PartialState().main_process_first():
            self.tokens = [
                {role: cached_tokens(model, form, collection, role, known[role], folder) for role in ROLES}
                for collection, known in zip(collections, rows, strict=True)
            ]

    def read(self, collection: int, queries: Rows, passages: Rows) -> TokenisedTexts:
        """The queries and then the passages in these rows of a collection."""
        parts = [self._at(collection, "query", queries), self._at(collection, "passage", passages)]
        return TokenisedTexts(self.form, joined(parts))

    def _at(self, collection: int, role: Role, rows: Rows) -> RaggedIds:
        return self.tokens[collection][role].at(np.searchsorted(self.rows[collection][role], rows))


def cached_tokens(
    model: SentenceTransformer, form: Form, collection: Collection, role: Role, rows: Rows, folder: Path
) -> RaggedIds:
    """Token ids of some queries or passages of a collection, from files in `folder` that are made if need be."""
    stem = folder / tokens_key(model, collection, role, rows)
    found = open_ragged(stem)
    if found is not None:
        return found
    texts = collection.query_texts if role == "query" else collection.passage_texts
    write_ragged(tokenised(model, form, [texts[row] for row in rows.tolist()], prompt_of(model, role)), stem)
    return cached_tokens(model, form, collection, role, rows, folder)


def tokenised(model: SentenceTransformer, form: Form, texts: Sequence[str], prompt: str) -> RaggedIds:
    """Token ids of the texts, each behind the prompt and cut as the model cuts."""
    return joined(
        form.split(model.preprocess([prompt + text for text in texts[first : first + TOGETHER]]))
        for first in range(0, len(texts), TOGETHER)
    )


def tokens_key(model: SentenceTransformer, collection: Collection, role: Role, rows: Rows) -> str:
    """Hash of everything that decides the token ids of some queries or passages of a collection, 64 hexadecimal digits.

    That is the tokenizer, how its module is set up, the maximum length, the prompt, the texts and the libraries.
    """
    module = model[0]
    setup = [type(module).__qualname__, module.get_config_dict(), model.max_seq_length, role, prompt_of(model, role)]
    about = [setup, collection.content_hash, [version(name) for name in LIBRARIES]]
    found = sha256(json.dumps(about, sort_keys=True, default=str).encode())
    for part in [rows.tobytes(), *tokenizer_parts(module.tokenizer)]:
        found.update(sha256(part).digest())
    return found.hexdigest()
