"""The passages that a request lets be searched."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isoglot.errors import unknown
from isoglot.search.derived import Block, Derived
from isoglot.search.derived.facets import SOURCE
from isoglot.search.request import SearchRequest, Value, check_balance
from isoglot.search.scan.exact import Mask


@dataclass(frozen=True, eq=False)
class Pool:
    """Some passages of an index.

    Args:
        derived: all passages.
        languages: that are searched.
        mask: which passages pass the filters besides language, [N]; all without one.
    """

    derived: Derived
    languages: frozenset[str]
    mask: Mask | None

    def blocks(self) -> Iterator[tuple[Block, Mask | None]]:
        """The passages of each language that is searched, and which of them pass the filters."""
        for block in self.derived.blocks:
            if block.language in self.languages:
                yield block, None if self.mask is None else self.mask[block.start : block.stop]

    @property
    def passages(self) -> dict[str, int]:
        """Passages in the pool, of each language of the index."""
        found = {block.language: len(block) if mask is None else int(mask.sum()) for block, mask in self.blocks()}
        return {block.language: found.get(block.language, 0) for block in self.derived.blocks}


def pool_of(derived: Derived, request: SearchRequest) -> Pool:
    """The pool of a request.

    Raises:
        RequestError: it names a language, source or column that the index does not have; see `check_balance`.
    """
    known = [block.language for block in derived.blocks]
    for language in request.languages:
        if language not in known:
            raise unknown("language", language, known)
    check_balance(request, known)
    mask = derived.facets.mask(_wanted(request.where, request.sources))
    return Pool(derived, frozenset(request.languages or known), mask)


def everywhere(pool: Pool) -> Pool:
    """The same pool in all languages of the index."""
    return Pool(pool.derived, frozenset(block.language for block in pool.derived.blocks), pool.mask)


def _wanted(where: Mapping[str, Value | tuple[Value, ...]], sources: tuple[str, ...]) -> dict[str, tuple[Value, ...]]:
    """The values of each column; `sources` and a column `source` of `where` must both hold."""
    wanted = {column: values if isinstance(values, tuple) else (values,) for column, values in where.items()}
    if sources:
        both = set(sources) & set(wanted.get(SOURCE, sources))
        wanted[SOURCE] = tuple(sorted(map(str, both)))
    return wanted
