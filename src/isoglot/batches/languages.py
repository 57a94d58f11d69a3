"""How probable each language is."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from isoglot.batches.inventory import Inventory
from isoglot.batches.strategies import Weights

LanguageWeights = Literal["uniform", "size"]


def language_probabilities(
    inventories: Sequence[Inventory], weights: LanguageWeights, temperature: float = 1.0
) -> Weights:
    """Probability of each language, [L].

    A language's size is the number of topics with a query or a relevant passage in it. By size, languages are drawn in
    proportion to size ** (1 / temperature): the exponent of XLM-R (arXiv 1911.02116, there 0.3) as the temperature of
    arXiv 1907.05019. 1 is proportional, the higher the more even, below 1 favours the large.
    """
    sizes = np.zeros(inventories[0].language_count)
    for stock in inventories:
        topics = np.arange(stock.topic_count)
        sizes += (stock.has(stock.queries, topics) | stock.has(stock.passages, topics)).sum(axis=0)
    shares: Weights = (sizes > 0).astype(np.float64)
    if weights == "size":
        shares = (sizes / sizes.max()) ** (1.0 / temperature)  # of the largest, or a low temperature would overflow
    shares /= shares.sum()
    return shares
