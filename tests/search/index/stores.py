"""Small stores, and a process that changes one without end."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa

from isoglot.search.store.schema import Settings, passages_schema
from isoglot.search.store.store import Store

DIMENSIONS = 4
SETTINGS = Settings(model="m", fingerprint="f", dimensions=DIMENSIONS, passage_characters=100)
# Document to its text in one generation and passages in it; a generation changes, deletes and adds.
State = dict[str, tuple[str, int]]


def state(generation: int) -> State:
    """What a store holds in a generation: documents come and go, all others have another text and length each time."""
    chosen = (number for number in range(200) if (number + generation) % 3)
    return {f"d'{number}": (f"text {generation}", 1 + (number + generation) % 4) for number in chosen}


def rows(documents: State) -> pa.RecordBatch:
    """The passages of documents; their vectors follow from their texts."""
    return pa.RecordBatch.from_pylist(
        [
            {
                "passage_id": f"{document_id}:{number}",
                "document_id": document_id,
                "number": number,
                "language": "en",
                "language_confidence": 1.0,
                "title": "",
                "text": text,
                "source": "s",
                "origin": "o",
                "metadata": "{}",
                "document_hash": text,
                "vector": vector(text, number),
            }
            for document_id, (text, passages) in documents.items()
            for number in range(passages)
        ],
        schema=passages_schema(DIMENSIONS),
    )


def vector(text: str, number: int) -> list[float]:
    """A vector that only this text and number have."""
    return [float(text.rsplit(maxsplit=1)[-1]), float(number), 0.0, 1.0]


def held(store: Store) -> State:
    """What a store holds; passages of one document that do not belong together are an error."""
    found: dict[str, list[tuple[int, str, list[float]]]] = {}
    for batch in store.batches(["document_id", "number", "text", "vector"]):
        for row in batch.to_pylist():
            found.setdefault(row["document_id"], []).append((row["number"], row["text"], row["vector"]))
    for passages in found.values():
        text = passages[0][1]
        assert sorted(passages) == [(number, text, vector(text, number)) for number in range(len(passages))]
    return {document_id: (passages[0][1], len(passages)) for document_id, passages in found.items()}


def change_for_ever(folder: Path, generation: int, started: Callable[[], None]) -> None:
    """Commit one generation after the other, from the one after `generation` on."""
    store = Store.open(folder)
    started()
    while True:
        generation += 1
        new = state(generation)
        store.commit([rows(new)], sorted(state(generation - 1)))


def create(folder: Path, started: Callable[[], None]) -> None:
    """Make a store of several batches."""
    started()
    Store.create(folder, SETTINGS, split(state(0)))


def split(documents: State) -> Iterable[pa.RecordBatch]:
    """The rows, ten documents at a time."""
    names = list(documents)
    for start in range(0, len(names), 10):
        yield rows({name: documents[name] for name in names[start : start + 10]})


def random_moments(count: int, longest: float) -> list[float]:
    """Seconds, the same every time."""
    return np.random.default_rng(0).uniform(0, longest, count).tolist()
