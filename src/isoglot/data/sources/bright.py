"""BRIGHT (Su et al., ICLR 2025, arXiv 2407.12883): questions whose passages are found only by reasoning.

The hub's Parquet files lie in `examples`, `documents` and `long_documents`, one or more per domain. A domain is a set
of its own, in English. `excluded_ids` are passages that the question was made from, never to be ranked for it; the one
id "N/A" stands for none. With `long`, whole web pages are the passages instead of their pieces.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from isoglot.data.collection import EXCLUSIONS, QRELS, QUERIES, Collection
from isoglot.data.sources.passages import Fields, read_passages
from isoglot.errors import RequestError

LICENCE = "CC BY 4.0"
LANGUAGE = "en"
FIELDS = Fields("id", None, "content")
NONE = "N/A"


def read(folder: Path, name: str, domain: str, long: bool = False) -> Collection:
    """Read one domain.

    Args:
        folder: holds the hub's folders `examples` and `documents` (or `long_documents`).
        name: name of the collection.
        domain: such as "biology".
        long: passages are whole pages; StackExchange's domains and "pony" have them.

    Raises:
        RequestError: a file is missing or has other columns, or a question names a passage that is not there.
    """
    gold = "gold_ids_long" if long else "gold_ids"
    examples = _examples(_files(folder, "examples", domain), ["id", "query", gold, "excluded_ids"])
    passages, notes = read_passages(_files(folder, "long_documents" if long else "documents", domain), FIELDS, LANGUAGE)
    exclusions = _pairs(examples, "excluded_ids")
    # An exclusion names a piece, and says nothing of a corpus of whole pages.
    exclusions = exclusions.filter(pc.is_in(exclusions["passage_id"], passages["passage_id"]))
    relevant = _pairs(examples, gold)
    ids = examples["id"]
    queries = pa.table([ids, ids, pa.repeat(LANGUAGE, len(ids)), examples["query"]], schema=QUERIES)
    qrels = relevant.append_column(QRELS.field("relevance"), pa.repeat(pa.scalar(1, pa.int32()), len(relevant)))
    return Collection(
        name, queries, passages, qrels, exclusions, licence=LICENCE, source="BRIGHT, arXiv 2407.12883",
        evaluation_only=True, notes=notes,
    )  # fmt: skip


def _files(folder: Path, part: str, domain: str) -> list[Path]:
    files = sorted((folder / part).glob(f"{domain}-*.parquet"))
    if not files:
        there = sorted({path.name.rsplit("-", 3)[0] for path in (folder / part).glob("*-*.parquet")})
        raise RequestError(f"{folder / part} holds no {domain}-*.parquet; it has: {', '.join(there) or 'nothing'}.")
    return files


def _examples(files: list[Path], columns: list[str]) -> pa.Table:
    kinds = {column: pa.list_(pa.string()) if column.endswith(("_ids", "_long")) else pa.string() for column in columns}
    try:
        return pq.read_table(files, columns=columns).select(columns).cast(pa.schema(kinds))
    except (pa.ArrowException, KeyError, OSError) as problem:
        reason = str(problem).strip().splitlines()[0].strip("\"'.")
        raise RequestError(f"{files[0]} has not the columns {', '.join(columns)} of BRIGHT: {reason}.") from problem


def _pairs(examples: pa.Table, column: str) -> pa.Table:
    """Each question's id with each id of its list, once."""
    rows = zip(examples["id"].to_pylist(), examples[column].to_pylist(), strict=True)
    pairs = dict.fromkeys((topic, passage) for topic, ids in rows for passage in ids or () if passage != NONE)
    return pa.table([[topic for topic, _ in pairs], [passage for _, passage in pairs]], schema=EXCLUSIONS)
