"""The encoder of an index, and whether it is the one that the index was made with."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.errors import RequestError
from isoglot.models.debias import FILE, Correction, load_correction
from isoglot.models.encode import encode, encoding_of
from isoglot.models.fingerprint import fingerprint
from isoglot.models.load import load_model
from isoglot.models.roles import Role
from isoglot.models.store import EmbeddingStore
from isoglot.search.build.request import PASSAGE_CHARACTERS, EncoderRequest
from isoglot.search.store.schema import Settings

SHOWN_DIGITS = 12


class Fill(Protocol):
    """Puts the vectors of texts that a store lacks into it."""

    def __call__(
        self,
        model: SentenceTransformer,
        texts: Sequence[str],
        role: Role,
        *,
        batch_size: int,
        progress: bool,
        store: EmbeddingStore,
    ) -> object:
        """The arguments are those of `isoglot.models.encode.encode`."""


@dataclass(frozen=True)
class Encoder:
    """A model with its correction of language bias, and the settings of an index that is made with them.

    Args:
        model: the encoder.
        correction: of its vectors; None where the model has none.
        settings: of the index.
        batch_size: texts encoded together.
        fill: fills the store with all passages of an update before they are encoded here; None to encode them here.
    """

    model: SentenceTransformer
    correction: Correction | None
    settings: Settings
    batch_size: int = 128
    fill: Fill | None = None

    @classmethod
    def of(cls, name: str, model: SentenceTransformer, passage_characters: int, batch_size: int = 128) -> Self:
        """A loaded model under the name or folder that it was loaded from."""
        told = encoding_of(model)
        settings = Settings(
            model=name,
            fingerprint=fingerprint(model),
            query_prompt=told["query_prompt"],
            passage_prompt=told["passage_prompt"],
            max_length=told["max_length"],
            correction=_correction_hash(Path(name)),
            dimensions=model.get_embedding_dimension(),
            passage_characters=passage_characters,
        )
        return cls(model, load_correction(Path(name)), settings, batch_size)

    @classmethod
    def load(cls, request: EncoderRequest) -> Self:
        """Load what is asked for.

        Raises:
            RequestError: no model is named, or there is no such model.
            IsoglotError: it cannot be loaded.
        """
        if not request.model:
            raise RequestError("a new index needs an encoder; name one with --model.")
        model = load_model(
            request.model,
            query_prompt=request.query_prompt,
            passage_prompt=request.passage_prompt,
            max_length=request.max_length,
        )
        return cls.of(request.model, model, request.passage_characters or PASSAGE_CHARACTERS, request.batch_size)

    def vectors(self, texts: list[str], languages: list[str], *, progress: bool = False) -> NDArray[np.float32]:
        """Vectors of passages, float32 [N, dimensions], corrected by their languages; kept for the next time."""
        vectors = encode(self.model, texts, "passage", batch_size=self.batch_size, progress=progress, store=self._store)
        return vectors if self.correction is None else self.correction.apply(vectors, languages, "passage")

    def fill_store(self, texts: Sequence[str], *, progress: bool) -> None:
        """Have the vectors of passages made that the store lacks, where somebody else makes them."""
        if self.fill is not None:
            self.fill(self.model, texts, "passage", batch_size=self.batch_size, progress=progress, store=self._store)

    @property
    def _store(self) -> EmbeddingStore:
        return EmbeddingStore(model_name=self.settings.model)


def check_same(folder: Path, index: Settings, encoder: Settings) -> None:
    """Refuse an encoder whose vectors do not belong with those of an index.

    Raises:
        RequestError: a setting differs; the sentence names it.
    """
    if index.fingerprint != encoder.fingerprint:
        raise RequestError(
            f"the index in {folder} was made with another model, or release of transformers ({index.model}, "
            f"fingerprint {index.fingerprint[:SHOWN_DIGITS]}; now {encoder.model}, "
            f"{encoder.fingerprint[:SHOWN_DIGITS]}); "
            "use that one, or make a new index with another --out."
        )
    for field in ("query_prompt", "passage_prompt", "max_length", "correction", "passage_characters", "dimensions"):
        old, new = getattr(index, field), getattr(encoder, field)
        if old != new:
            raise RequestError(
                f"the index in {folder} was made with {field.replace('_', ' ')} {old!r} and not {new!r}; "
                "use the same, or make a new index with another --out."
            )


def _correction_hash(folder: Path) -> str:
    file = folder / FILE
    return sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
