"""Learning rates of their own for some parameters, chosen by name."""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from isoglot.errors import RequestError

if TYPE_CHECKING:
    from torch import nn


def parse_rates(entries: Sequence[str] | None) -> dict[str, float]:
    r"""Peak learning rates by regular expression, in the order given.

    Args:
        entries: `PATTERN=RATE` each; the last equals sign divides.

    Raises:
        RequestError: an entry that cannot be read, or the same pattern twice.

    >>> parse_rates(["embeddings=1e-5", r"layer\.(0|1)\.=2e-5"])
    {'embeddings': 1e-05, 'layer\\.(0|1)\\.': 2e-05}
    """
    rates: dict[str, float] = {}
    for entry in entries or ():
        pattern, _, rate = entry.rpartition("=")
        if not pattern:
            raise RequestError(f"learning rates has {entry!r}; write PATTERN=RATE, for example 'embeddings=1e-5'.")
        if pattern in rates:
            raise RequestError(f"learning rates has the pattern {pattern!r} twice; give it once.")
        _check_expression(pattern)
        rates[pattern] = _rate(entry, rate)
    return rates


def _check_expression(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as problem:
        reason = f"{pattern!r} is not a regular expression ({problem})"
        raise RequestError(f"learning rates: {reason}; write a literal bracket or star as '\\(' or '\\*'.") from problem


def _rate(entry: str, text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not 0 < rate < math.inf:
        raise RequestError(f"learning rates has {entry!r}, but {text!r} is not a rate; give a number above 0.")
    return rate


def parameter_groups(
    parameters: "Iterable[tuple[str, nn.Parameter]]",
    decayed: Collection[str],
    weight_decay: float,
    rates: Mapping[str, float],
) -> list[dict[str, Any]]:
    """Groups for an optimizer, of the parameters that learn.

    Args:
        parameters: with their names.
        decayed: names of those with weight decay.
        weight_decay: of these; the others have none.
        rates: learning rates by regular expression; the first that is found in a name decides, and a parameter whose
            name has none of them keeps the optimizer's own rate (its group has no `lr`).

    Returns:
        One group for each rate and decay that occur, those of the optimizer's own rate first.

    Raises:
        RequestError: a pattern that decides nothing.
    """
    decayed, patterns = set(decayed), list(rates)
    groups: dict[tuple[int, bool], dict[str, Any]] = {}
    for name, parameter in parameters:
        if parameter.requires_grad:
            first = next((place for place, pattern in enumerate(patterns) if re.search(pattern, name)), -1)
            decay = weight_decay if name in decayed else 0.0
            own_rate = {"lr": rates[patterns[first]]} if first >= 0 else {}
            group = groups.setdefault((first, not decay), {"params": [], "weight_decay": decay, **own_rate})
            group["params"].append(parameter)
    for place, pattern in enumerate(patterns):
        if not {(place, True), (place, False)} & groups.keys():
            raise RequestError(
                f"learning rates: {pattern!r} is found in no name of a parameter that learns and that no earlier "
                "pattern has; correct it or leave it out."
            )
    return [groups[key] for key in sorted(groups)]
