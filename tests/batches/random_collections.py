"""Random collections for the properties of batches, and what their ids say, read without isoglot's indexes."""

from collections import defaultdict

from hypothesis import strategies as st

from isoglot.data import Collection

LANGUAGES = ["ar", "de", "en", "zh-Hant"]


def assemble(
    name: str,
    queries: list[tuple[str, str]],
    passages: list[tuple[str, str | None, str]],
    qrels: list[tuple[str, str, int]],
) -> Collection:
    """Queries are (topic, language), passages (id, parallel id, language), qrels (topic, passage, relevance)."""
    return Collection.from_rows(
        name,
        queries=[
            {"query_id": f"q{n}", "topic_id": topic, "language": language, "text": "same text?"}
            for n, (topic, language) in enumerate(queries)
        ],
        passages=[
            {"passage_id": passage, "parallel_id": group, "language": language, "text": "Same text."}
            for passage, group, language in passages
        ],
        qrels=[{"topic_id": topic, "passage_id": passage, "relevance": grade} for topic, passage, grade in qrels],
    )


def parallel(name: str, topics: int, languages: list[str] | None = None, first: int = 0) -> Collection:
    """Topics `first` onwards, each with one query and one passage in each language and a group of its own."""
    languages = languages or LANGUAGES
    both = [(number, language) for number in range(first, first + topics) for language in languages]
    return assemble(
        name,
        [(f"t{n}", c) for n, c in both],
        [(f"p{n}{c}", f"g{n}", c) for n, c in both],
        [(f"t{n}", f"p{n}{c}", 1) for n, c in both],
    )


@st.composite
def collections(draw: st.DrawFn) -> Collection:
    """Uneven languages, topics without some of them, shared groups and passages, several golds, judged negatives."""
    some = st.sets(st.sampled_from(LANGUAGES), min_size=1)
    passages: dict[str, tuple[str, str | None, str]] = {}
    for group in range(draw(st.integers(3, 14))):
        aligned = draw(st.booleans())
        for language in sorted(draw(some)):
            for version in range(draw(st.sampled_from([1, 1, 2]))):
                passage = f"p{group}{language}{version}"
                passages[passage] = (passage, f"g{group}" if aligned else None, language)
    queries, qrels = [], []
    judged = st.dictionaries(st.sampled_from(sorted(passages)), st.sampled_from([0, 1, 1, 2]), min_size=1, max_size=5)
    for topic in range(draw(st.integers(4, 14))):
        for language in sorted(draw(some)):
            queries += [(f"t{topic}", language)] * draw(st.sampled_from([1, 1, 2]))
        qrels += [(f"t{topic}", passage, grade) for passage, grade in draw(judged).items()]
    return assemble("random", draw(st.permutations(queries)), list(passages.values()), draw(st.permutations(qrels)))


class Facts:
    """Plain dictionaries over a collection's rows: the reference that batches are held against."""

    def __init__(self, collection: Collection) -> None:
        self.queries = collection.queries.to_pylist()
        self.passages = collection.passages.to_pylist()
        row_of = {row["passage_id"]: row for row in self.passages}
        self.relevant: dict[str, set[str]] = defaultdict(set)
        self.judged_zero: dict[str, set[str]] = defaultdict(set)
        self.groups: dict[str, set[str]] = defaultdict(set)
        for row in collection.qrels.to_pylist():
            judged = self.relevant if row["relevance"] > 0 else self.judged_zero
            judged[row["topic_id"]].add(row["passage_id"])
            if row["relevance"] > 0:
                self.groups[row["topic_id"]].add(group_of(row_of[row["passage_id"]]))

    def offers(self, topic: str) -> set[tuple[str, str]]:
        """The (query language, passage language) pairs that a topic can stand in."""
        asked = {row["language"] for row in self.queries if row["topic_id"] == topic}
        given = {row["language"] for row in self.passages if row["passage_id"] in self.relevant[topic]}
        return {(a, b) for a in asked for b in given}


def group_of(passage: dict) -> str:
    return f"parallel {passage['parallel_id']}" if passage["parallel_id"] else f"alone {passage['passage_id']}"
