"""What mining found."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from rich.table import Table

from isoglot.batches.inventory import Rows
from isoglot.data import Collection
from isoglot.data.collection import QRELS


@dataclass(frozen=True)
class Mined:
    """A collection with hard negatives.

    Args:
        collection: with the judgments.
        mined: judgments with relevance 0 that were added, by language of the passage.
        refused: pairs of a query and a passage that would be nearer than the margin allows, by language of the passage.
    """

    collection: Collection
    mined: Mapping[str, int]
    refused: Mapping[str, int]


def with_negatives(collection: Collection, topics: Rows, passages: Rows, note: str) -> Collection:
    """The collection with judgments of relevance 0 for these (topic, passage) rows, and a note on them."""
    columns = [
        pa.array(collection.topics, pa.string()).take(pa.array(topics)),
        collection.passages["passage_id"].take(pa.array(passages)),
        pa.array(np.zeros(len(topics), np.int32)),
    ]
    qrels = pa.concat_tables([collection.qrels, pa.table(columns, schema=QRELS)])
    return replace(collection, qrels=qrels, notes=(*collection.notes, note))


def mining_table(result: Mined) -> Table:
    """A line for each language of passages."""
    table = Table("passages in", "mined", "refused by the margin", title=result.collection.name)
    for language, mined in result.mined.items():
        table.add_row(language, f"{mined:,}", f"{result.refused[language]:,}")
    return table
