"""BEIR (Thakur et al., NeurIPS 2021, arXiv 2104.08663): the folder format of its sets and of many others.

A folder holds `corpus.jsonl` (`_id`, `title`, `text`) and `queries.jsonl` (`_id`, `text`), each of them plain or as
`.jsonl.gz`, and `qrels/<split>.tsv` with the columns query-id, corpus-id and score. Each query is a topic of its own.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from isoglot.data.collection import EXCLUSIONS, QRELS, QUERIES, Collection
from isoglot.data.sources.jsonl import lines_file, read_lines
from isoglot.data.sources.passages import Fields, read_passages
from isoglot.data.sources.qrels import read_qrels
from isoglot.errors import RequestError

FIELDS = Fields("_id", "title", "text")
ADVICE = "give the folder of a BEIR set."
# Published sets judge a few passages that their corpora lack (ArguAna 1 of 1,406); more than this is a wrong file.
TOLERATED = 0.01


def read(
    folder: Path,
    name: str,
    *,
    split: str = "test",
    own_id_excluded: bool = False,
    language: str = "en",
    licence: str = "unknown",
) -> Collection:
    """Read one split of a BEIR folder: its judged queries, and all passages.

    Args:
        folder: holds `corpus.jsonl`, `queries.jsonl` and `qrels`.
        name: name of the collection.
        split: which file of `qrels` to read.
        own_id_excluded: never rank a passage for the query that has its id, as ArguAna and Quora demand: there a query
            is itself a text of the corpus. In other sets equal ids are chance and mean nothing.
        language: language of all texts.
        licence: licence of the texts.

    Returns:
        The collection. Its notes count what was left out: passages without any text, and judgments of queries or
        passages that are not there.

    Raises:
        RequestError: a file is missing or has another shape, or more than 1 % of the judgments lead nowhere.
    """
    path = folder / "qrels" / f"{split}.tsv"
    judged = _judgments(path)
    passages, notes = read_passages([lines_file(folder, "corpus", ADVICE)], FIELDS, language)
    queries = _queries(lines_file(folder, "queries", ADVICE), set(judged["topic_id"].to_pylist()), language)
    qrels, more = _grounded(judged, queries, passages, path)
    queries = queries.filter(pc.is_in(queries["topic_id"], pc.unique(qrels["topic_id"])))
    exclusions = _own_ids(queries, passages, qrels) if own_id_excluded else EXCLUSIONS.empty_table()
    return Collection(
        name, queries, passages, qrels, exclusions, licence=licence, source="BEIR, arXiv 2104.08663",
        evaluation_only=True, notes=notes + more,
    )  # fmt: skip


def _queries(path: Path, judged: set[str], language: str) -> pa.Table:
    """The queries of the split; a file holds those of all splits."""
    texts: dict[str, str] = {}
    for number, row in read_lines(path):
        name, text = row.get("_id"), row.get("text")
        if not (isinstance(name, str) and isinstance(text, str)):
            raise RequestError(f"{path} line {number} is not a query; write _id and text as text.")
        if name in judged and texts.setdefault(name, text) != text:
            raise RequestError(f"{path} line {number} gives the query {name!r} another text; keep one.")
    ids = list(texts)
    return pa.table([ids, ids, pa.repeat(language, len(ids)), list(texts.values())], schema=QUERIES)


def _judgments(path: Path) -> pa.Table:
    """The judgments of a split; a score below 0 is 0, as for trec_eval, and a row that comes twice counts once."""
    if not path.is_file():
        splits = ", ".join(sorted(each.stem for each in path.parent.glob("*.tsv"))) or "none"
        raise RequestError(f"{path} does not exist; the splits there are: {splits}.")
    qrels = read_qrels(path)
    relevance = pc.max_element_wise(qrels["relevance"], pa.scalar(0, pa.int32()))
    table = pa.table([qrels["topic_id"], qrels["passage_id"], relevance], schema=QRELS)
    return table.group_by(QRELS.names, use_threads=False).aggregate([])


def _grounded(qrels: pa.Table, queries: pa.Table, passages: pa.Table, path: Path) -> tuple[pa.Table, tuple[str, ...]]:
    """The judgments whose query and passage are there, and a note on the others, which must be few."""
    asked = pc.is_in(qrels["topic_id"], queries["query_id"])
    there = pc.and_(asked, pc.is_in(qrels["passage_id"], passages["passage_id"]))
    lost = qrels.filter(pc.invert(there))
    if lost.num_rows == 0:
        return qrels, ()
    first = " -> ".join((lost["topic_id"][0].as_py(), lost["passage_id"][0].as_py()))
    what = f"{lost.num_rows:,} of {qrels.num_rows:,} judgments"
    if lost.num_rows > TOLERATED * qrels.num_rows:
        raise RequestError(f"{path} has {what} of texts that the folder lacks (first {first}); get the whole set.")
    return qrels.filter(there), (f"{what} were left out: their query or passage is missing (first {first}).",)


def _own_ids(queries: pa.Table, passages: pa.Table, qrels: pa.Table) -> pa.Table:
    own = queries["query_id"].filter(pc.is_in(queries["query_id"], passages["passage_id"]))
    itself = qrels.filter(pc.and_(pc.equal(qrels["topic_id"], qrels["passage_id"]), pc.greater(qrels["relevance"], 0)))
    own = own.filter(pc.invert(pc.is_in(own, itself["topic_id"])))
    return pa.table([own, own], schema=EXCLUSIONS)
