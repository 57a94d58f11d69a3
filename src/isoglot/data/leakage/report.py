"""What was compared and what leaks: a checked statement, counts, and the most severe pairs."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

KINDS = ("same topic", "exact", "normalised", "near-duplicate", "contained", "short")
SNIPPET = 300
# What of a collection may leak, and how that is counted.
LEAKING = {
    "queries": ("query", "queries"),
    "passages": ("passage", "passages"),
    "topics": ("topic id", "topic ids"),
    "groups": ("parallel id", "parallel ids"),
}


@dataclass(frozen=True)
class Place:
    """Where a text stands.

    Args:
        collection: the name of the collection.
        table: `query` or `passage`; of the kind `same topic`, `topic` or `parallel group`.
        id: the id of the first row that holds it there.
        rows: in how many rows of that table it stands.
        language: the language of the first row.
        text: its first 300 characters.
    """

    collection: str
    table: str
    id: str
    rows: int
    language: str
    text: str


@dataclass(frozen=True)
class Leak:
    """A text of training beside the text of evaluation that it gives away.

    Args:
        kind: one of KINDS.
        similarity: the Jaccard index of a near-duplicate, the contained share of what is contained, else 1.
        train: where the text of training stands.
        evaluation: where the text of evaluation stands.
    """

    kind: str
    similarity: float
    train: Place
    evaluation: Place


@dataclass(frozen=True)
class Compared:
    """A collection that was compared, and which of its rows leak.

    Args:
        name: its name.
        content_hash: its content hash.
        texts: the number of its queries and passages.
        queries: ids of the queries with a leaking text.
        passages: ids of the passages with a leaking text.
        topics: topic ids that both sides have.
        groups: parallel ids that both sides have.
        touched: topics that ask a leaking query, call a leaking passage relevant, or whose id both sides have.
    """

    name: str
    content_hash: str
    texts: int
    queries: frozenset[str]
    passages: frozenset[str]
    topics: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()

    @property
    def leaks(self) -> bool:
        """Whether any of its rows leaks, a passage that no topic judges included."""
        return bool(self.queries or self.passages or self.topics or self.groups)


@dataclass(frozen=True)
class Count:
    """Number of leaking pairs of one kind between two tables; the language is that of the evaluation text."""

    kind: str
    train_table: str
    evaluation_table: str
    language: str
    pairs: int


@dataclass(frozen=True)
class LeakageReport:
    """The result of `find_leaks`.

    Args:
        train: the training collections.
        evaluation: the evaluation collection.
        parameters: what decides whether two texts count as the same.
        counts: all leaking pairs, counted.
        leaks: the most severe pairs, by kind in the order of KINDS, then by similarity, then the longest text first.
    """

    train: tuple[Compared, ...]
    evaluation: Compared
    parameters: dict[str, float]
    counts: tuple[Count, ...]
    leaks: tuple[Leak, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing at all leaks."""
        return not self.counts

    @property
    def pairs(self) -> int:
        """The number of leaking pairs."""
        return sum(count.pairs for count in self.counts)

    def by_kind(self) -> dict[str, int]:
        """Number of leaking pairs of each kind that there is, in the order of KINDS."""
        total = Counter[str]()
        for count in self.counts:
            total[count.kind] += count.pairs
        return {kind: total[kind] for kind in KINDS if total[kind]}

    @property
    def statement(self) -> str:
        """What was found, in one sentence."""
        return statement_of(self._record)

    def to_dict(self, listed: int = 100) -> dict[str, Any]:
        """The report for JSON, with the first `listed` pairs."""
        return {
            "statement": self.statement,
            **self._record,
            "counts": [asdict(count) for count in self.counts],
            "leaks": [asdict(leak) for leak in self.leaks[:listed]],
        }

    @property
    def _record(self) -> dict[str, Any]:
        return {
            "clean": self.clean,
            "train": [_compared(each) for each in self.train],
            "evaluation": _compared(self.evaluation),
            "parameters": self.parameters,
            "pairs": self.pairs,
            "kinds": self.by_kind(),
        }


def statement_of(record: dict[str, Any]) -> str:
    """What a record of a comparison says, in one sentence.

    Args:
        record: of `LeakageReport.to_dict`, or what a run folder keeps of it.
    """
    held, train = record["evaluation"], record["train"]
    compared = (
        f"{sum(each['texts'] for each in train):,} x {held['texts']:,} texts compared exactly, normalised, contained "
        f"and by character n-grams (Jaccard >= {record['parameters']['threshold']:g})"
    )
    if record["clean"]:
        return f"No text of {held['collection']} is in {_names(train)}: {compared}."
    kinds = ", ".join(f"{pairs:,} {kind}" for kind, pairs in record["kinds"].items())
    sources = _names([each for each in train if any(each[f"leaking_{name}"] for name in LEAKING)])
    found = [_counted(held[f"leaking_{name}"], *words) for name, words in LEAKING.items() if held[f"leaking_{name}"]]
    leak = "leaks" if sum(held[f"leaking_{name}"] for name in LEAKING) == 1 else "leak"
    touched = f"; topics that ask or need such a text: {held['touched_topics']:,}" if "touched_topics" in held else ""
    return (
        f"{' and '.join(found)} of {held['collection']} ({held['texts']:,} texts) {leak} from {sources}, in pairs: "
        f"{kinds}{touched}; {compared}."
    )


def _names(collections: list[dict[str, Any]]) -> str:
    """Each name once: the dev topics of a training collection bear its name."""
    *others, last = dict.fromkeys(each["collection"] for each in collections)
    return f"{', '.join(others)} or {last}" if others else last


def _counted(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


def _compared(collection: Compared) -> dict[str, Any]:
    leaking = {f"leaking_{name}": len(getattr(collection, name)) for name in LEAKING}
    return {
        "collection": collection.name,
        "content_hash": collection.content_hash,
        "texts": collection.texts,
        **leaking,
        "touched_topics": len(collection.touched),
    }
