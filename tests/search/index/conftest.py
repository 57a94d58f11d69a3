"""A tiny encoder in a folder, and what most tests of indexing do with it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from isoglot.models.load import load_model
from isoglot.models.static import static_encoder
from isoglot.search.build import EncoderRequest, Summary, index_source
from isoglot.search.documents import Columns, Document, Source, open_source

TEXTS = ["the river ends in the sea", "der Fluss endet im Meer", "le fleuve finit dans la mer", "ποταμός", "แม่น้ำ"]


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    static_encoder(TEXTS, 0).save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="session")
def model(model_folder: Path) -> SentenceTransformer:
    return load_model(str(model_folder))


@pytest.fixture
def encoded(model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that an encoder read in this test."""
    read: list[str] = []
    original = SentenceTransformer.encode

    def encode(self: SentenceTransformer, texts: Sequence[str], *args: object, **options: object) -> np.ndarray:
        read.extend(texts)
        return original(self, texts, *args, **options)

    monkeypatch.setattr(SentenceTransformer, "encode", encode)
    return read


Index = Callable[..., Summary]


@pytest.fixture
def index(model_folder: Path, tmp_path: Path) -> Index:
    """Index a path, or documents of an origin, into `tmp_path/out`."""

    def run(source: Path | str | Sequence[Document], origin: str = "here", **options: object) -> Summary:
        opened = (
            open_source(str(source), Columns())
            if isinstance(source, Path | str)
            else Source(origin, lambda: iter(source))
        )
        languages = options.pop("languages", ())
        request = EncoderRequest(**{"model": str(model_folder), **options})
        return index_source(opened, tmp_path / "out", request, languages=languages)

    return run
