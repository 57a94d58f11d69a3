"""The names of measures: how they are read, printed and compared. Names are those of ir_measures."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from isoglot.errors import RequestError, unknown
from isoglot.evaluation.measures import functions
from isoglot.evaluation.measures.functions import Floats
from isoglot.evaluation.settings import GoldRanks

# A measure of your own is one more entry: its keyword-only parameters become those of its name.
FAMILIES: dict[str, Callable[..., Floats]] = {
    "AP": functions.average_precision,
    "RR": functions.reciprocal_rank,
    "nDCG": functions.ndcg,
    "R": functions.recall,
    "P": functions.precision,
    "Success": functions.success,
    "Rprec": functions.r_precision,
    "RBP": functions.rank_biased_precision,
}
ALIASES = {"MAP": "AP", "MRR": "RR", "Recall": "R", "Precision": "P"}
EXAMPLES = {int: 2, float: 0.5}
SUFFIX = r"(?:\((\w+=[^,()]+(?:, ?\w+=[^,()]+)*)\))?(?:@(.+))?"  # (name=value,...)@cutoff, both optional
# Whole numbers stay far below the rank that stands for "not retrieved".
NUMBERS = {int: "[1-9][0-9]{0,8}", float: r"0?\.[0-9]*[1-9][0-9]*"}


@dataclass(frozen=True, order=True)
class Measure:
    """A measure of each query of a scope, known by its name.

    Args:
        name: how it prints, compares, sorts and hashes.
        compute: from gold ranks to one value per query, in the order of `GoldRanks.queries`.

    >>> parse("R@10"), parse("MRR@10"), parse("AP(rel=1)")
    (R@10, RR@10, AP)
    >>> parse("R@10") == parse("Recall@10"), parse("R@10") == parse("R@1")
    (True, False)
    """

    name: str
    compute: Callable[[GoldRanks], Floats] = field(compare=False)

    def __call__(self, gold_ranks: GoldRanks) -> Floats:
        """The value of each query of `gold_ranks.queries`, shape [n]."""
        return self.compute(gold_ranks)

    def __repr__(self) -> str:
        """The name."""
        return self.name


def parse(name: str) -> Measure:
    """The measure of this name: a family, parameters in parentheses and a cutoff after @, such as `P(rel=2)@5`.

    Capitals do not matter, and `MAP`, `MRR`, `Recall` and `Precision` are understood; the measure's own name is
    always the canonical one, without parameters at their defaults.

    Raises:
        RequestError: there is no such measure.
    """
    written = re.split("[(@]", name, maxsplit=1)[0]
    family = _family(written)
    parameters = _parameters(FAMILIES[family])
    values = _values(name.removeprefix(written), parameters)
    if values is None:
        raise RequestError(f"There is no measure {name!r}; write {family} as {_usage(family, parameters)}.")
    return Measure(_canonical(family, values, parameters), partial(FAMILIES[family], **values))


def _family(written: str) -> str:
    known = {name.casefold(): family for name, family in (*ALIASES.items(), *zip(FAMILIES, FAMILIES, strict=True))}
    if written.casefold() not in known:
        raise unknown("measure", written, FAMILIES)
    return known[written.casefold()]


def _parameters(function: Callable[..., Floats]) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(function, eval_str=True).parameters
    return {name: each for name, each in parameters.items() if each.kind is each.KEYWORD_ONLY}


def _values(suffix: str, parameters: Mapping[str, inspect.Parameter]) -> dict[str, float] | None:
    """The parameters that are written after the family; None where they are not ones it can have."""
    form = re.fullmatch(SUFFIX, suffix)
    if form is None:
        return None
    given = re.findall(r"(\w+)=([^,]+)", form[1] or "") + ([("cutoff", form[2])] if form[2] else [])
    texts = dict(given)
    needed = {name for name, each in parameters.items() if each.default is each.empty}
    if len(texts) < len(given) or not needed <= set(texts) <= set(parameters):
        return None
    kinds = {name: parameters[name].annotation for name in texts}
    if not all(re.fullmatch(NUMBERS[kinds[name]], text) for name, text in given):
        return None
    return {name: kinds[name](text) for name, text in given}


def _canonical(family: str, values: Mapping[str, float], parameters: Mapping[str, inspect.Parameter]) -> str:
    changed = [name for name in parameters if name in values and values[name] != parameters[name].default]
    inside = ",".join(f"{name}={values[name]}" for name in changed if name != "cutoff")
    return family + (f"({inside})" if inside else "") + (f"@{values['cutoff']}" if "cutoff" in changed else "")


def _usage(family: str, parameters: Mapping[str, inspect.Parameter]) -> str:
    """Its shortest and its fullest form, by example."""
    fullest = {name: 10 if name == "cutoff" else EXAMPLES[each.annotation] for name, each in parameters.items()}
    shortest = {name: fullest[name] for name, each in parameters.items() if each.default is each.empty}
    return " or ".join(dict.fromkeys(_canonical(family, values, parameters) for values in (shortest, fullest)))
