"""Training data without what leaks."""

from isoglot.data.collection import Collection
from isoglot.data.leakage.report import Compared, LeakageReport
from isoglot.data.leakage.same_topics import among
from isoglot.errors import IsoglotError, RequestError


def without_leaks(collection: Collection, *reports: LeakageReport) -> Collection:
    """The collection without the topics that leak.

    A topic goes, in all its languages, where one of its queries leaks, where it judges a passage that leaks or a
    parallel version of one, or where both sides have its id. Passages that no remaining topic judges go as well.

    Args:
        collection: a training collection of the reports, or the evaluation collection.
        reports: what `find_leaks` found.

    Raises:
        RequestError: a report is not about this collection.
        IsoglotError: nothing would be left.
    """
    found = [_of(collection, report) for report in reports]
    if not any(each.leaks for each in found):
        return collection
    leaking = set().union(*(_topics(collection, each) for each in found))
    kept = [topic for topic in collection.topics if topic not in leaking]
    if not kept:
        raise IsoglotError(
            f"every topic of {collection.name} leaks, so nothing of it would be left; train on other data."
        )
    return collection.select_topics(kept)


def _of(collection: Collection, report: LeakageReport) -> Compared:
    for compared in (*report.train, report.evaluation):
        if compared.content_hash == collection.content_hash:
            return compared
    raise RequestError(f"the report is not about {collection.name} as it is now; compare it first.")


def _topics(collection: Collection, leaking: Compared) -> set[str]:
    queries, passages, qrels = collection.queries, collection.passages, collection.qrels
    asked = queries.filter(among(queries["query_id"], leaking.queries))["topic_id"].to_pylist()
    groups = passages.filter(among(passages["passage_id"], leaking.passages))["parallel_id"].to_pylist()
    known = among(passages["parallel_id"], leaking.groups | {group for group in groups if group is not None})
    versions = passages.filter(known)["passage_id"].to_pylist()
    judged = qrels.filter(among(qrels["passage_id"], leaking.passages | set(versions)))["topic_id"].to_pylist()
    return {*leaking.topics, *asked, *judged}
