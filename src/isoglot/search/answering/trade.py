"""What a balance between languages costs."""

from isoglot.search.answering.candidates import Candidates, together
from isoglot.search.answering.rank import Gathered, hits_of
from isoglot.search.response import Trade


def trade_of(hits: Candidates, gathered: Gathered, elsewhere: Gathered, k: int) -> Trade:
    """Compare hits with those that the scores alone would give.

    Args:
        hits: in their order.
        gathered: what they were chosen from.
        elsewhere: what the scores alone choose from; another pool where languages were left out.
        k: hits that were asked for.
    """
    plain = hits_of(elsewhere, "as-scored", k)
    # Fused scores are of ranks, which are better where fewer languages are searched: only those of one pool compare.
    candidates = together([each.scored(on_one_scale=False) for each in dict.fromkeys((gathered, elsewhere))])
    scores = dict(zip(candidates.rows.tolist(), candidates.scores.tolist(), strict=True))
    documents = gathered.pool.derived.documents
    shared = set(documents[hits.rows].tolist()) & set(documents[plain.rows].tolist())
    return Trade(
        mean_score=_mean([scores[row] for row in hits.rows.tolist()]),
        mean_score_as_scored=_mean(plain.scores.tolist()),
        shared_hits=len(shared),
    )


def _mean(scores: list[float]) -> float:
    return sum(scores) / len(scores) if scores else 0.0
