"""The encoder of an index, and whether it is the one that the index was made with."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.errors import RequestError
from isoglot.models.debias import FILE, Correction, load_correction
from isoglot.models.encode import encode, encoding_of
from isoglot.models.fingerprint import fingerprint
from isoglot.models.load import load_model
from isoglot.models.store import EmbeddingStore
from isoglot.search.build.request import PASSAGE_CHARACTERS, EncoderRequest
from isoglot.search.store.schema import Settings

SHOWN_DIGITS = 12


@dataclass(frozen=True)
class Encoder:
    """A model with its correction of language bias, and the settings of an index that is made with them."""

    model: SentenceTransformer
    correction: Correction | None
    settings: Settings
    batch_size: int = 128

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
        store = EmbeddingStore(model_name=self.settings.model)
        vectors = encode(self.model, texts, "passage", batch_size=self.batch_size, progress=progress, store=store)
        return vectors if self.correction is None else self.correction.apply(vectors, languages, "passage")


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
