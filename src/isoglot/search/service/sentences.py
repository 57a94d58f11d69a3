"""What is wrong with a request, in one sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

OURS = "Value error, "
LONGEST_VALUE = 60
WHERE_FROM = {"body", "query", "path", "header"}


def sentence_of(problems: Sequence[Mapping[str, Any]]) -> str:
    """The first of a validation's problems as a sentence, with how many more there are.

    >>> sentence_of([{"loc": ("body", "k"), "msg": "Input should be less than or equal to 100", "input": 10**9}])
    'k is 1000000000: input should be less than or equal to 100.'
    >>> sentence_of([{"loc": ("body", "question"), "type": "missing", "msg": "Field required", "input": {}}])
    'question is missing.'
    """
    first, more = problems[0], len(problems) - 1
    rest = f" ({more} more {'problem' if more == 1 else 'problems'})" if more else ""
    return f"{_wrong(first)}{rest}."


def _wrong(problem: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in problem["loc"] if part not in WHERE_FROM) or "the body"
    if problem.get("type") == "missing":
        return f"{place} is missing"
    if problem.get("type") == "extra_forbidden":
        return f"{place} is nothing that can be asked for"
    message = problem["msg"].rstrip(".")
    if problem.get("type") == "value_error":  # a sentence of ours
        return f"{place} {message.removeprefix(OURS)}"
    return f"{place} is {_shown(problem.get('input'))}: {message[:1].lower()}{message[1:]}"


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str | int | float | bool | None) else f"of type {type(value).__name__}"
    shown = text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
    return shown.encode("utf-8", "backslashreplace").decode()
