"""The texts of collections, each once: by its normalised form, and by the places where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from isoglot.data.collection import Collection
from isoglot.data.leakage.grams import Integers
from isoglot.data.leakage.join import spread
from isoglot.data.leakage.normalise import normalise

TABLES = ("query", "passage")


@dataclass(frozen=True)
class Texts:
    """All queries and passages of some collections (of a passage its text, without the title).

    A place is one string in one table of one collection; it may stand in many rows there. Places are ordered by their
    normalised text.

    Args:
        rows: columns `collection` (a position), `table` (a position in TABLES), `id, language, text`.
        normalised: the distinct normalised texts.
        row_place: the place of each row.
        place_row: the first row of each place.
        place_text: the position in `normalised` of each place, ascending.
    """

    rows: pa.Table
    normalised: list[str]
    row_place: Integers
    place_row: Integers
    place_text: Integers

    def places(self, text: Integers) -> tuple[Integers, Integers]:
        """All places of each of these normalised texts, and for each place which of them it is."""
        start, end = (np.searchsorted(self.place_text, text, side) for side in ("left", "right"))
        return spread(start, end - start)

    def rows_of(self, places: Integers) -> pa.Table:
        """All rows of these places."""
        return self.rows.filter(pa.array(np.isin(self.row_place, places)))

    def first_rows(self, places: Integers) -> pa.Table:
        """The first row of each of these places, in their order."""
        return self.rows.take(self.place_row[places])


def texts_of(collections: Sequence[Collection]) -> Texts:
    """Gather the texts of collections."""
    rows = pa.concat_tables(
        _rows(position, table, each)
        for position, collection in enumerate(collections)
        for table, each in enumerate((collection.queries, collection.passages))
    )
    strings = rows["text"].combine_chunks().dictionary_encode()
    normal = pa.array(normalise(strings.dictionary.to_pylist()), pa.string()).dictionary_encode()
    string = strings.indices.to_numpy().astype(np.int64)
    owner = rows["collection"].to_numpy() * len(TABLES) + rows["table"].to_numpy()
    key = string * len(collections) * len(TABLES) + owner
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    text = normal.indices.to_numpy().astype(np.int64)[string[first]]
    order = np.argsort(text, kind="stable")
    moved = np.empty_like(order)
    moved[order] = np.arange(len(order))
    return Texts(rows, normal.dictionary.to_pylist(), moved[place], first[order], text[order])


def _rows(position: int, table: int, rows: pa.Table) -> pa.Table:
    named = rows.select([f"{TABLES[table]}_id", "language", "text"]).rename_columns(["id", "language", "text"])
    for name, value in (("table", table), ("collection", position)):
        named = named.add_column(0, name, pa.array(np.full(rows.num_rows, value)))
    return named
