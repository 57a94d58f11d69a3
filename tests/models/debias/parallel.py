"""A small parallel collection."""

from isoglot.data import Collection


def parallel(topics: int, languages: tuple[str, ...] = ("de", "en", "fr")) -> Collection:
    """Every topic and passage in every language."""
    versions = [(topic, code) for topic in range(topics) for code in languages]
    return Collection.from_rows(
        "toy",
        queries=[
            {"query_id": f"q{t}{c}", "topic_id": f"t{t}", "language": c, "text": f"ask {t} {c}"} for t, c in versions
        ],
        passages=[
            {"passage_id": f"p{t}{c}", "parallel_id": f"g{t}", "language": c, "text": f"say {t} {c}"}
            for t, c in versions
        ],
        qrels=[{"topic_id": f"t{t}", "passage_id": f"p{t}{c}"} for t, c in versions],
    )
