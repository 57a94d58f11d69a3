"""What the store of record holds: one row a passage, and the settings that all rows were made with."""

import json
from typing import Annotated, Any, Self

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

TABLE = "passages"
SETTINGS_KEY = b"isoglot"
UNKNOWN_LANGUAGE = "und"
# Of the table and of what is derived from it; another number where older indexes cannot be read.
FORMAT = 1


class Settings(BaseModel):
    """What decides the content of an index besides its documents; kept in the metadata of the table's schema."""

    model_config = ConfigDict(frozen=True)

    format: Annotated[int, Field(description="version of the layout")] = FORMAT
    model: Annotated[str, Field(description="name or folder of the encoder, as it was given")]
    fingerprint: Annotated[str, Field(description="hash of the encoder's content")]
    query_prompt: Annotated[str, Field(description="put before queries")] = ""
    passage_prompt: Annotated[str, Field(description="put before passages")] = ""
    max_length: Annotated[int | None, Field(description="tokens of a text that the encoder reads")] = None
    correction: Annotated[str, Field(description="hash of the encoder's correction of language bias")] = ""
    dimensions: Annotated[int, Field(ge=1, description="of the vectors")]
    passage_characters: Annotated[int, Field(ge=1, description="longest passage that documents are cut into")]

    def into(self, schema: pa.Schema) -> pa.Schema:
        """The schema with these settings in its metadata."""
        return schema.with_metadata({**(schema.metadata or {}), SETTINGS_KEY: self.model_dump_json().encode()})

    @classmethod
    def of(cls, schema: pa.Schema) -> Self:
        """The settings that a schema carries."""
        return cls.model_validate_json(schema.metadata[SETTINGS_KEY])


def passages_schema(dimensions: int) -> pa.Schema:
    """The columns of the store.

    `passage_id` is unique; `number` is the passage's place in its document. `language` is BCP-47, `und` where nobody
    knows; `language_confidence` is 1 where it was given and the detector's probability where it was detected.
    `source` is where the document comes from (a path inside the folder, a file, a collection); `origin` is what was
    indexed to bring it here: only indexing that again replaces it, or deletes it once it is gone. `metadata` is a JSON
    object of the document's other columns. `document_hash` tells whether a document changed. `vector` has length 1.
    """
    return pa.schema(
        [
            pa.field("passage_id", pa.string(), nullable=False),
            pa.field("document_id", pa.string(), nullable=False),
            pa.field("number", pa.int32(), nullable=False),
            pa.field("language", pa.string(), nullable=False),
            pa.field("language_confidence", pa.float32(), nullable=False),
            pa.field("title", pa.string(), nullable=False),
            pa.field("text", pa.string(), nullable=False),
            pa.field("source", pa.string(), nullable=False),
            pa.field("origin", pa.string(), nullable=False),
            pa.field("metadata", pa.string(), nullable=False),
            pa.field("document_hash", pa.string(), nullable=False),
            pa.field("vector", pa.list_(pa.float32(), dimensions), nullable=False),
        ]
    )


def metadata_text(metadata: dict[str, Any]) -> str:
    """A document's other columns as the `metadata` column holds them.

    >>> metadata_text({"year": 2024, "author": "Ana"})
    '{"author": "Ana", "year": 2024}'
    """
    return json.dumps(metadata, ensure_ascii=False, sort_keys=True, default=str)
