"""A collection on the terminal: its size by language, a few topics, and the doubts about it."""

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from isoglot.data.check import Doubt
from isoglot.data.collection import Collection
from isoglot.data.languages import language_name

SHOWN_CHARACTERS = 160


def overview_page(collection: Collection, topics: int) -> RenderableType:
    """Size, languages and the first `topics` topics."""
    return Group(_headline(collection), _language_table(collection), *_topic_tables(collection, topics))


def doubts_page(collection: Collection, doubts: list[Doubt]) -> RenderableType:
    """What `data check` found."""
    if not doubts:
        return Group(_headline(collection), Text("Valid, and nothing doubtful found."))
    lines = [Text("Valid, but look at:")]
    for doubt in doubts:
        lines.append(Text(f"\n{doubt.count:,} {doubt.kind}, such as", "bold"))
        lines += [Text(f"  {row_id}: {_short(text, SHOWN_CHARACTERS)}") for row_id, text in doubt.examples]
    return Group(_headline(collection), *lines)


def _headline(collection: Collection) -> Text:
    use = "evaluation only" if collection.evaluation_only else "training and evaluation"
    return Text(
        f"{collection.name}: {len(collection.topics):,} topics, {collection.queries.num_rows:,} queries, "
        f"{collection.passages.num_rows:,} passages, {collection.qrels.num_rows:,} judgments, "
        + (f"{excluded:,} exclusions, " if (excluded := collection.exclusions.num_rows) else "")
        + f"{len(collection.languages)} languages; {use}; licence: {collection.licence}; source: {collection.source}"
        + "".join(f"\nNote: {note}" for note in collection.notes)
    )


def _language_table(collection: Collection) -> Table:
    queries, passages = (_language_counts(each["language"]) for each in (collection.queries, collection.passages))
    table = Table("language", "name", "queries", "passages")
    for language in collection.languages:
        counts = (f"{found.get(language, 0):,}" for found in (queries, passages))
        table.add_row(language, language_name(language), *counts)
    return table


def _language_counts(languages: pa.ChunkedArray) -> dict[str, int]:
    return {each["values"]: each["counts"] for each in pc.value_counts(languages).to_pylist()}


def _topic_tables(collection: Collection, topics: int) -> list[Table]:
    return [_texts(collection, topic) for topic in collection.topics[:topics]]


def _texts(collection: Collection, topic: str) -> Table:
    table = Table("", "language", "text", title=escape(f"topic {topic}"), title_justify="left")
    queries = collection.queries.filter(pc.equal(collection.queries["topic_id"], topic))
    judged = collection.qrels.filter(pc.equal(collection.qrels["topic_id"], topic))["passage_id"]
    passages = collection.passages.filter(pc.is_in(collection.passages["passage_id"], judged))
    for label, rows in (("query", queries), ("passage", passages)):
        for language, text in zip(rows["language"].to_pylist(), rows["text"].to_pylist(), strict=True):
            table.add_row(label, language, escape(_short(text, SHOWN_CHARACTERS)))
    return table


def _short(text: str, characters: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= characters else flat[: characters - 1] + "…"
