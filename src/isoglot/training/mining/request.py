"""What to mine."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow.compute as pc

from isoglot.data import Collection
from isoglot.errors import RequestError, unknown
from isoglot.evaluation.evaluate import passage_languages


@dataclass(frozen=True)
class MiningRequest:
    """What to mine; the options of `isoglot mine`.

    Args:
        own: passages for each query in its own language.
        foreign: passages for each query in each other language.
        margin: the share by which a negative must score lower than the best relevant passage of the query: TopK-PercPos
            of NV-Retriever (arXiv 2407.15831), whose 95 % is a margin of 0.05.
        languages: of the passages that may be mined; None for all.
    """

    own: int
    foreign: int
    margin: float
    languages: Sequence[str] | None = None

    @property
    def summary(self) -> str:
        """For the notes of a collection."""
        where = f" among {', '.join(self.languages)}" if self.languages else ""
        each = f"{self.own} in its own language and {self.foreign} in each other one"
        return f"of each query {each}{where}, margin {self.margin}"

    def check(self, collection: Collection) -> None:
        """Refuse what cannot be mined, before anything is loaded.

        Raises:
            RequestError: the collection is for evaluation only, or has no relevant passage or not the languages, or a
                number is wrong.
        """
        if collection.evaluation_only:
            raise RequestError(
                f"{collection.name} is for evaluation only, and mining on it would be training on it; mine on another "
                "collection."
            )
        if min(self.own, self.foreign) < 0 or self.own + self.foreign == 0:
            raise RequestError(
                f"mining {self.own} passages in a query's own language and {self.foreign} in each other one leaves "
                "nothing to mine; give --own or --foreign 1 or more."
            )
        if not 0 <= self.margin < 1:
            raise RequestError(f"margin is {self.margin}; give 0 or more, and less than 1.")
        if not pc.any(pc.greater(collection.qrels["relevance"], 0)).as_py():
            raise RequestError(
                f"{collection.name} has no query with a relevant passage, which decides what is a negative; there is "
                "nothing to mine."
            )
        known = passage_languages(collection)
        for language in self.languages or ():
            if language not in known:
                raise unknown("passage language", language, known)
