"""How the languages of hits compare with the pool's."""

from collections import Counter
from collections.abc import Mapping, Sequence

from isoglot.search.response import LanguageShare


def language_shares(hits: Sequence[str], pool: Mapping[str, int]) -> tuple[LanguageShare, ...]:
    """The share of each language among the hits and in the pool.

    Args:
        hits: the language of each hit.
        pool: passages of each language after the filters.

    Returns:
        The languages that have passages in the pool, the largest first.

    >>> [(each.language, each.hit_share, each.pool_share) for each in language_shares(["de", "de"], {"en": 3, "de": 1})]
    [('en', 0.0, 0.75), ('de', 1.0, 0.25)]
    """
    found, total = Counter(hits), sum(pool.values())
    return tuple(
        LanguageShare(
            language=language,
            hits=found[language],
            hit_share=found[language] / max(len(hits), 1),
            passages=passages,
            pool_share=passages / total,
        )
        for language, passages in sorted(pool.items(), key=lambda each: (-each[1], each[0]))
        if passages
    )
