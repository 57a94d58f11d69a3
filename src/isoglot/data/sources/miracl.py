"""MIRACL (Zhang et al., TACL 2023, arXiv 2210.09984): native questions over the Wikipedia of one language.

Its files on the hub are two repositories: `miracl/miracl` has the topics (query id, tab, text) and TREC qrels,
`miracl/miracl-corpus` the passages (`docid`, `title`, `text`). Relevance 0 is a passage that was judged and is not
relevant; it is kept. Query ids and passage ids are unrelated: equal ones mean nothing, and leave nothing out.
"""

from pathlib import Path

import pyarrow as pa

from isoglot.data.collection import QUERIES, Collection
from isoglot.data.sources.passages import Fields, read_passages
from isoglot.data.sources.qrels import read_columns, read_qrels
from isoglot.errors import RequestError

LICENCE = "Apache-2.0"
FIELDS = Fields("docid", "title", "text")
SUFFIXES = (".jsonl", ".jsonl.gz", ".parquet")


def read(folder: Path, language: str, name: str, split: str = "dev") -> Collection:
    """Read one language of MIRACL.

    Args:
        folder: holds both repositories in the hub's layout (`miracl-v1.0-<language>/topics`, `…/qrels` and
            `miracl-corpus-v1.0-<language>`, side by side or one level down), or without folders one `topics*.tsv`, one
            `qrels*.tsv` and the corpus as `.jsonl`, `.jsonl.gz` or `.parquet` files.
        language: BCP-47 code, as MIRACL writes it.
        name: name of the collection.
        split: "dev" or "train"; the test splits have no public qrels.

    Raises:
        RequestError: a file is missing or has another shape, or a judgment names a topic or passage that is not there.
    """
    topics = _table_file(folder, "topics", language, split)
    qrels = _table_file(folder, "qrels", language, split)
    passages, notes = read_passages(_corpus_files(folder, language), FIELDS, language)
    return Collection(
        name, _queries(topics, language), passages, read_qrels(qrels), licence=LICENCE,
        source="MIRACL v1.0, arXiv 2210.09984", evaluation_only=True, notes=notes,
    )  # fmt: skip


def _table_file(folder: Path, kind: str, language: str, split: str) -> Path:
    hub = f"{kind}.miracl-v1.0-{language}-{split}.tsv"
    # A hub name in a flat folder that is not the one asked for is another language or split.
    flat = (path for path in folder.glob(f"{kind}*.tsv") if "miracl-v1.0" not in path.name)
    found = sorted(folder.glob(f"**/{hub}")) or sorted(flat)
    if len(found) != 1:
        raise RequestError(f"{folder} holds {len(found)} files {hub} or {kind}*.tsv; one is needed.")
    return found[0]


def _corpus_files(folder: Path, language: str) -> list[Path]:
    hub = f"miracl-corpus-v1.0-{language}"
    found = sorted(folder.glob(f"**/{hub}/docs-*.jsonl.gz"))
    found = found or sorted(path for path in folder.glob("*") if path.name.endswith(SUFFIXES))
    if not found:
        raise RequestError(f"{folder} holds no corpus, neither {hub}/docs-*.jsonl.gz nor {', '.join(SUFFIXES)} files.")
    return found


def _queries(path: Path, language: str) -> pa.Table:
    rows = [columns for _, columns in read_columns(path, range(2, 3), "query id and text")]
    ids = [query for query, _ in rows]
    return pa.table([ids, ids, pa.repeat(language, len(ids)), [text for _, text in rows]], schema=QUERIES)
