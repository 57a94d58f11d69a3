"""`balanced`: every language has its share of the pool in the hits, and in every first part of them."""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def balanced(language: Integers, passages: Integers, k: int) -> Integers:
    """Choose hits so that every language has its share of the pool among the first n of them, for every n.

    A language with share s of the pool's passages has floor(n s) or ceil(n s) of the first n hits: the quota condition
    of apportionment (Balinski & Young 1975), which for every n at once is Tijdeman's chairman assignment (1980). Within
    these bounds the best score comes next. Where a language has no candidates left the others take its places.

    Args:
        language: code of each candidate, the best candidate first, [C].
        passages: of each language in the pool, [L].
        k: hits.

    Returns:
        Positions of at most k candidates in the order of the hits.

    >>> balanced(np.array([0, 0, 0, 1, 1]), np.array([50, 50]), 4).tolist()
    [0, 3, 1, 4]
    >>> balanced(np.array([0, 0, 0, 0, 1]), np.array([75, 25]), 4).tolist()
    [0, 1, 2, 4]
    """
    k = min(k, len(language))
    queues = [np.flatnonzero(language == code).tolist() for code in range(len(passages))]
    quota = Quota(passages, np.array([len(queue) for queue in queues]), k)
    taken = np.zeros(len(passages), np.int64)
    hits: list[int] = []
    for _ in range(k):
        waiting = [code for code in range(len(queues)) if taken[code] < len(queues[code])]
        by_score = sorted(waiting, key=lambda code: queues[code][taken[code]])
        code = next((code for code in by_score if quota.allows(taken, code)), by_score[0])
        hits.append(queues[code][taken[code]])
        taken[code] += 1
    return np.array(hits, np.int64)


class Quota:
    """The least and the most hits of each language among the first n, for n up to k.

    Args:
        passages: of each language in the pool, [L].
        candidates: of each language; it cannot have more hits, [L].
        k: hits.
    """

    def __init__(self, passages: Integers, candidates: Integers, k: int) -> None:
        exact = np.arange(k + 1)[:, None] * passages
        pool = max(int(passages.sum()), 1)
        self.least = np.minimum(exact // pool, candidates)
        self.most = -(-exact // pool)

    def allows(self, taken: Integers, code: int) -> bool:
        """Whether the next hit may be of language `code` when so many were taken of each, [L].

        It may not have more than its most; and what each language lacks to its least among the first n, for every later
        n, must still find place among the hits left until n.
        """
        n = int(taken.sum()) + 1
        if taken[code] + 1 > self.most[n, code]:
            return False
        after = taken.copy()
        after[code] += 1
        lacking = np.maximum(self.least[n:] - after, 0).sum(axis=1)
        return bool((lacking <= np.arange(len(lacking))).all())
