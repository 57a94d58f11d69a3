"""`balanced`: every language has its share of the pool in the hits, and in every first part of them."""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def balanced(language: Integers, documents: NDArray[np.integer], passages: Integers, k: int) -> Integers:
    """Choose hits so that every language has its share of the pool among the first n of them, for every n.

    A language with share s of the pool's passages has floor(n s) or ceil(n s) of the first n hits: the quota condition
    of apportionment (Balinski & Young 1975), which for every n at once is Tijdeman's chairman assignment (1980). Within
    these bounds the best score comes next. Where a language has no candidates left the others take its places.

    A document in several languages takes the place of one of them, by its best passage there: by its best passage of
    all it could not answer in the others, whose places would go to documents that answer worse.

    Args:
        language: code of each candidate, the best candidate first, [C].
        documents: the document of each candidate; none is chosen twice, [C].
        passages: of each language in the pool, [L].
        k: hits.

    Returns:
        Positions of at most k candidates in the order of the hits.

    >>> balanced(np.array([0, 0, 0, 1, 1]), np.arange(5), np.array([50, 50]), 4).tolist()
    [0, 3, 1, 4]
    >>> balanced(np.array([0, 0, 0, 0, 1]), np.arange(5), np.array([75, 25]), 4).tolist()
    [0, 1, 2, 4]
    >>> balanced(np.array([0, 1, 0, 1]), np.array([8, 8, 9, 9]), np.array([50, 50]), 4).tolist()
    [0, 3]
    """
    queues = _queues(language, documents, len(passages))
    k = min(k, len(np.unique(documents)))
    quota = Quota(passages, k)
    taken = np.zeros(len(passages), np.int64)
    hits: list[int] = []
    for _ in range(k):
        heads = {code: next(iter(queue.items())) for code, queue in enumerate(queues) if queue}
        by_score = sorted(heads, key=lambda code: heads[code][1])
        left = np.array([len(queue) for queue in queues])
        code = next((code for code in by_score if quota.allows(taken, left, code)), by_score[0])
        document, hit = heads[code]
        hits.append(hit)
        taken[code] += 1
        for queue in queues:
            queue.pop(document, None)
    return np.array(hits, np.int64)


def _queues(language: Integers, documents: NDArray[np.integer], languages: int) -> list[dict[int, int]]:
    """The documents of each language with their best candidates there, the best first."""
    queues: list[dict[int, int]] = [{} for _ in range(languages)]
    for candidate, (code, document) in enumerate(zip(language.tolist(), documents.tolist(), strict=True)):
        queues[code].setdefault(document, candidate)
    return queues


class Quota:
    """The least and the most hits of each language among the first n, for n up to k.

    Args:
        passages: of each language in the pool, [L].
        k: hits.
    """

    def __init__(self, passages: Integers, k: int) -> None:
        exact = np.arange(k + 1)[:, None] * passages
        pool = max(int(passages.sum()), 1)
        self.least = exact // pool
        self.most = -(-exact // pool)

    def allows(self, taken: Integers, left: Integers, code: int) -> bool:
        """Whether the next hit may be of language `code` when so many were taken and are left of each, [L].

        It may not have more than its most; and what each language lacks to its least among the first n, for every later
        n, must still find place among the hits left until n.
        """
        n = int(taken.sum()) + 1
        if taken[code] + 1 > self.most[n, code]:
            return False
        after = taken.copy()
        after[code] += 1
        lacking = np.maximum(np.minimum(self.least[n:], taken + left) - after, 0).sum(axis=1)
        return bool((lacking <= np.arange(len(lacking))).all())
