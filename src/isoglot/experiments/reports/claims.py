"""The claims of the paper and of the specification, as `claims.json` judges them."""

import json
from pathlib import Path
from typing import Any

from isoglot.experiments.reports.table import Value

CLAIMS = "claims.json"
SURE = 0.995  # rounds to 1
VERDICTS = {"supported": "better", "refuted": "worse"}


def read_claims(folder: Path) -> list[dict[str, Any]]:
    """What `claims.json` says of each claim; nothing where there is none."""
    path = folder / CLAIMS
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return [{**claim, "shown": _shown(claim), "figures": _figures(claim.get("numbers", {}))} for claim in found]


def _shown(claim: dict[str, Any]) -> Value:
    confidence = claim.get("confidence")
    sure = None if confidence is None else f"confidence {confidence:.2f}" if confidence < SURE else "confidence > .99"
    details = () if sure is None else (sure,)
    return Value(claim["verdict"], details, verdict=VERDICTS.get(claim["verdict"], ""))


def _figures(numbers: dict[str, Any]) -> str:
    """The numbers a verdict rests on, to four digits."""
    shown = {name: f"{value:.4g}" if isinstance(value, float) else str(value) for name, value in numbers.items()}
    return "; ".join(f"{name} {value}" for name, value in shown.items())
