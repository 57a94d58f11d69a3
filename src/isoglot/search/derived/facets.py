"""What passages can be filtered by besides language: their source and the columns of their metadata, as codes."""

import json
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from isoglot.errors import RequestError, unknown
from isoglot.search.request import Value

SOURCE = "source"
CODES_FILE, VALUES_FILE = "codes.arrow", "values.arrow"
NONE = -1
SHOWN = 20
COMPARED = 5_000
Codes = NDArray[np.int32]


def value_text(value: Value) -> str:
    """A value as filters compare it: a number is equal to its digits, since tables of text know no numbers.

    >>> [value_text(value) for value in ("Ana", 2024, 2024.0, 0.5, True)]
    ['Ana', '2024', '2024', '0.5', 'true']
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value)


class FacetWriter:
    """Collects the codes of N passages, row by row in any order.

    Args:
        count: N.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._codes: dict[str, Codes] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        self._column(SOURCE)

    def add(self, rows: Iterable[int], sources: Iterable[str], metadata: Iterable[str]) -> None:
        """Take the source and the metadata (JSON objects) of some rows; values that are no scalars have no code."""
        for row, source, text in zip(rows, sources, metadata, strict=True):
            self._set(SOURCE, row, source)
            for column, value in json.loads(text).items() if len(text) > 2 else ():
                if column != SOURCE and isinstance(value, str | int | float):
                    self._set(column, row, value_text(value))

    def write(self, folder: Path) -> None:
        """Write codes and values, to be read by `Facets`."""
        codes = pa.table({column: pa.array(codes) for column, codes in self._codes.items()})
        values = [(column, value) for column, known in self._numbers.items() for value in known]
        passages = [np.bincount(codes[codes >= 0], minlength=len(self._numbers[c])) for c, codes in self._codes.items()]
        table = pa.table(
            {
                "column": pa.array([column for column, _ in values], pa.string()),
                "value": pa.array([value for _, value in values], pa.string()),
                "passages": pa.array(np.concatenate(passages), pa.int64()),
            }
        )
        for name, each in ((CODES_FILE, codes), (VALUES_FILE, table)):
            with pa.ipc.new_file(folder / name, each.schema) as file:
                file.write_table(each, max_chunksize=max(1, len(each)))

    def _set(self, column: str, row: int, value: str) -> None:
        numbers = self._column(column)
        self._codes[column][row] = numbers.setdefault(value, len(numbers))

    def _column(self, column: str) -> dict[str, int]:
        if column not in self._numbers:
            self._numbers[column] = {}
            self._codes[column] = np.full(self._count, NONE, np.int32)
        return self._numbers[column]


class Facets:
    """The columns to filter by, memory-mapped.

    Args:
        folder: where `FacetWriter.write` wrote.
    """

    def __init__(self, folder: Path) -> None:
        codes = pa.ipc.open_file(pa.memory_map(str(folder / CODES_FILE))).read_all()
        self.codes = {name: _numbers(codes[name]) for name in codes.column_names}
        values = pa.ipc.open_file(pa.memory_map(str(folder / VALUES_FILE))).read_all()
        self.values = {name: values.filter(pc.equal(values["column"], name)).drop(["column"]) for name in self.codes}

    @property
    def sources(self) -> int:
        """Distinct sources."""
        return len(self.values[SOURCE])

    def mask(self, wanted: dict[str, tuple[Value, ...]]) -> NDArray[np.bool_] | None:
        """Which passages have, in each of these columns, one of its values; None where nothing is asked for.

        Raises:
            RequestError: there is no such column, or no such source.
        """
        mask = None
        for column, values in wanted.items():
            codes = self.codes[self._known(column)]
            is_wanted = np.zeros(len(self.values[column]) + 1, bool)  # the last place is for NONE
            is_wanted[list(self._codes_of(column, values))] = True
            here = is_wanted[codes]
            mask = here if mask is None else mask & here
        return mask

    def most_frequent(self) -> dict[str, tuple[str, ...]]:
        """Of each column the values that most passages have, the most frequent first."""
        return {column: tuple(_most_frequent(values)) for column, values in self.values.items()}

    def _codes_of(self, column: str, values: tuple[Value, ...]) -> Iterator[int]:
        known = self.values[column]["value"]
        for value in values:
            code = pc.index(known, value_text(value)).as_py()
            if code < 0 and column == SOURCE:
                raise unknown_among(SOURCE, value_text(value), known.to_pylist())
            if code >= 0:
                yield code

    def _known(self, column: str) -> str:
        if column not in self.codes:
            raise unknown("column", column, sorted(self.codes))
        return column


def unknown_among(kind: str, name: str, known: list[str]) -> RequestError:
    """The error for a name among too many to tell them all; the nearest is sought among the first ones."""
    if len(known) <= SHOWN:
        return unknown(kind, name, known)
    near = get_close_matches(name, known[:COMPARED], n=1, cutoff=0)
    return RequestError(f"There is no {kind} {name!r} among {len(known):,}; did you mean {near[0]!r}?")


def _most_frequent(values: pa.Table) -> list[str]:
    order = pc.sort_indices(values, [("passages", "descending"), ("value", "ascending")])
    return values["value"].take(order[:SHOWN]).to_pylist()


def _numbers(column: pa.ChunkedArray) -> Any:
    return column.chunk(0).to_numpy() if column.num_chunks else np.empty(0, np.int32)
