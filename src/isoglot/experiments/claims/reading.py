"""Reading claims: those of the paper, which come with the package, and a person's own."""

from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from isoglot.errors import RequestError, unknown
from isoglot.experiments.claims.claim import KINDS, Claim

OF_THE_PAPER = Path(__file__).with_name("claims.yaml")


def claims_of(own: Path | None) -> list[Claim]:
    """The claims of the paper, then those of a file.

    Raises:
        RequestError: see `read_claims`, or two claims share an id.
    """
    claims = read_claims(OF_THE_PAPER) + (read_claims(own) if own else [])
    name, number = Counter(claim.id for claim in claims).most_common(1)[0]
    if number > 1:
        raise RequestError(f"{number} claims have the id {name!r}, of {own} or the paper's; give each its own.")
    return claims


def read_claims(path: Path) -> list[Claim]:
    """Read a YAML file of claims.

    Raises:
        RequestError: no such file, not YAML, or a claim with an unknown field or kind or a wrong value.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        raise RequestError(f"{path} does not exist; check the path of the claims.") from problem
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as problem:
        raise RequestError(f"{path} is not YAML: {' '.join(str(problem).split())}.") from problem
    if not (isinstance(content, list) and all(isinstance(each, dict) for each in content)):
        raise RequestError(f"{path} is no list of claims; each needs 'id:', 'sentence:', 'source:' and 'test:'.")
    return [_claim(path, number, fields) for number, fields in enumerate(content, start=1)]


def _claim(path: Path, number: int, fields: dict[str, Any]) -> Claim:
    try:
        return Claim.model_validate(fields)
    except RequestError as problem:
        raise RequestError(f"{_where(path, number, fields)}: {problem}") from problem
    except ValidationError as problem:
        raise RequestError(f"{_where(path, number, fields)}: {_sentence(problem)}") from problem


def _where(path: Path, number: int, fields: dict[str, Any]) -> str:
    return f"{path}, claim {fields.get('id', number)!r}"


def _sentence(problem: ValidationError) -> str:
    """The first thing that is wrong."""
    first = problem.errors()[0]
    *above, field = (str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        fields = next((KINDS[part] for part in above if part in KINDS), Claim).model_fields
        return str(unknown("field", field, fields))
    if first["type"] == "union_tag_invalid":
        return str(unknown("kind of test", str(first["ctx"]["tag"]), KINDS))
    if first["type"] == "union_tag_not_found":
        return f"a test has no 'kind'; write one of {', '.join(KINDS)}."
    if first["type"] == "missing":
        return f"there is no {field!r}; add it."
    return f"{field} is {first['input']!r}; {first['msg'][0].lower()}{first['msg'][1:]}."
