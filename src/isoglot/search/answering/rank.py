"""From candidates to hits: scores, fusion, documents, and the balance between languages."""

from dataclasses import dataclass

import numpy as np

from isoglot.errors import RequestError
from isoglot.search.answering.candidates import Candidates, deep_enough, dense, lexical
from isoglot.search.answering.documents import first_of_documents
from isoglot.search.answering.fusion import fuse
from isoglot.search.answering.pool import Pool
from isoglot.search.balance import as_scored, balanced, calibrated
from isoglot.search.request import Balance, SearchRequest
from isoglot.search.scan.exact import Floats

# Passages of each language by vectors and by words whose rankings are fused.
FUSED = 100


@dataclass(frozen=True, eq=False)
class Gathered:
    """What was found for a question, before languages are balanced.

    Args:
        pool: that was searched.
        dense: by vectors; None where they were not asked for.
        lexical: by words; None where they were not asked for.
        levels: of the question in each language, float32 [L]; None where scores are not calibrated.
    """

    pool: Pool
    dense: Candidates | None
    lexical: Candidates | None
    levels: Floats | None

    def scored(self, *, on_one_scale: bool) -> Candidates:
        """Candidates with what orders them: cosines, BM25, or both fused; cosines calibrated where asked for."""
        rankings = [each for each in (self._cosines(on_one_scale), self.lexical) if each is not None]
        if len(rankings) == 1:
            return rankings[0]
        return Candidates(*fuse([self.ranked(each).rows for each in rankings]))

    def ranked(self, candidates: Candidates) -> Candidates:
        """The candidates in their order, the best first."""
        order = as_scored(candidates.scores, self.pool.derived.ties[candidates.rows])
        return Candidates(candidates.rows[order], candidates.scores[order])

    def _cosines(self, on_one_scale: bool) -> Candidates | None:
        if self.dense is None or self.levels is None or not on_one_scale:
            return self.dense
        language = self.pool.derived.blocks_of(self.dense.rows)
        return Candidates(self.dense.rows, calibrated(self.dense.scores, language, self.levels))


def gather(pool: Pool, request: SearchRequest, vector: Floats | None) -> Gathered:
    """Search a pool by vectors, by words, or both.

    Args:
        pool: what is searched.
        request: what is asked.
        vector: of the question, float32 [d]; None where the mode is lexical.

    Raises:
        RequestError: the vector is wanting.
    """
    cosines = bm25 = levels = None
    least = FUSED if request.mode == "hybrid" else 0
    if request.mode != "lexical":
        if vector is None:
            raise RequestError(f"the mode {request.mode!r} needs the vector of the question; encode it first.")
        cosines = _cosines(pool, vector, request.k, least)
        levels = pool.derived.calibration.levels(vector) if request.balance == "calibrated" else None
    if request.mode != "dense":
        bm25 = _bm25(pool, request.question, request.k, least)
    return Gathered(pool, cosines, bm25, levels)


def _cosines(pool: Pool, vector: Floats, k: int, least: int) -> Candidates:
    return deep_enough(lambda depth: dense(pool, vector, depth, least), pool.derived, k)


def _bm25(pool: Pool, question: str, k: int, least: int) -> Candidates:
    scores = pool.derived.lexicon.scores(question)
    return deep_enough(lambda depth: lexical(pool, scores, max(depth, least)), pool.derived, k)


def hits_of(gathered: Gathered, balance: Balance, k: int) -> Candidates:
    """The hits in their order: at most k documents, each by its best passage; see `balanced` for theirs."""
    ranked = gathered.ranked(gathered.scored(on_one_scale=balance == "calibrated"))
    documents = gathered.pool.derived.documents[ranked.rows]
    if balance == "balanced":
        passages = np.array(list(gathered.pool.passages.values()), np.int64)
        chosen = balanced(gathered.pool.derived.blocks_of(ranked.rows), documents, passages, k)
    else:
        chosen = first_of_documents(documents)[:k]
    return Candidates(ranked.rows[chosen], ranked.scores[chosen])
