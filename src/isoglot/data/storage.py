"""A collection on disk: its tables as Parquet files and `collection.json` (name, licence, source, content hash)."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from isoglot.data.collection import EXCLUSIONS, PASSAGES, QRELS, QUERIES, Collection
from isoglot.errors import RequestError
from isoglot.files import new_folder

MARKER = "collection.json"
SCHEMAS = {"queries": QUERIES, "passages": PASSAGES, "qrels": QRELS}
OPTIONAL = {"exclusions": EXCLUSIONS}  # written only where the table has rows


def save(collection: Collection, folder: Path, *, overwrite: bool = False) -> None:
    """Write `collection` as a folder.

    Raises:
        RequestError: the folder is in use.
    """
    about = {
        "name": collection.name,
        "licence": collection.licence,
        "source": collection.source,
        "evaluation_only": collection.evaluation_only,
        "notes": collection.notes,
        "content_hash": collection.content_hash,
    }
    with new_folder(folder, MARKER, overwrite=overwrite) as temporary:
        for label in SCHEMAS | (OPTIONAL if collection.exclusions.num_rows else {}):
            pq.write_table(getattr(collection, label), temporary / f"{label}.parquet")
        (temporary / MARKER).write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def load(folder: Path) -> Collection:
    """Read a collection that `save` wrote.

    Raises:
        RequestError: a file is missing or malformed, or the content is not what its hash says.
    """
    if not (folder / MARKER).is_file():
        raise RequestError(f"{folder} holds no {MARKER}; give a folder that isoglot wrote.")
    try:
        about = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        wanted = SCHEMAS | {label: each for label, each in OPTIONAL.items() if (folder / f"{label}.parquet").is_file()}
        tables = {label: _read_table(folder / f"{label}.parquet", schema) for label, schema in wanted.items()}
        expected, notes = about.pop("content_hash"), tuple(about.pop("notes", ()))
        collection = Collection(**about, **tables, notes=notes)
        found = collection.content_hash
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as problem:
        raise RequestError(f"{folder} is not a readable collection: {problem}.") from problem
    if found != expected:
        raise RequestError(f"{folder} was changed after it was saved (its content hash differs); save it again.")
    return collection


def _read_table(path: Path, schema: pa.Schema) -> pa.Table:
    if not path.is_file():
        raise RequestError(f"{path} is missing; a collection needs {', '.join(SCHEMAS)} as Parquet files.")
    return pq.read_table(path, columns=schema.names).cast(schema)
