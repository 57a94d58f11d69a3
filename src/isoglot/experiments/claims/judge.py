"""Judges claims by an experiment and writes `claims.json`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from isoglot.experiments.claims.better import judge_better
from isoglot.experiments.claims.claim import Better, Claim, Condition, Disjoint, Languages, Reported, Sampling
from isoglot.experiments.claims.disjoint import judge_disjoint
from isoglot.experiments.claims.evidence import Evidence
from isoglot.experiments.claims.finding import Finding, joined
from isoglot.experiments.claims.languages import judge_languages
from isoglot.experiments.claims.reading import claims_of
from isoglot.experiments.claims.reported import judge_reported
from isoglot.experiments.claims.sampling import judge_sampling
from isoglot.experiments.claims.structure import judge_structure
from isoglot.experiments.grid.cells import Cell
from isoglot.experiments.grid.spec import Spec
from isoglot.files import write_text

CLAIMS = "claims.json"


def write_claims(spec: Spec, cells: list[Cell], out: Path) -> list[dict[str, Any]]:
    """Judge the paper's claims and those of the specification, and write `claims.json` into the experiment's folder.

    Args:
        spec: the specification.
        cells: all trainings, finished or not.
        out: the folder of the experiment.

    Returns:
        What was written, see `judge`.

    Raises:
        RequestError: the specification's claims cannot be read.
    """
    found = judge(claims_of(spec.claims), Evidence.of(spec, cells, out))
    write_text(out / CLAIMS, json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return found


def judge(claims: Sequence[Claim], evidence: Evidence) -> list[dict[str, Any]]:
    """What an experiment says of each claim: id, sentence, source, verdict, confidence, numbers, explanation."""
    return [
        {**claim.model_dump(include={"id", "sentence", "source"}), **_finding(claim, evidence).to_dict()}
        for claim in claims
    ]


def _finding(claim: Claim, evidence: Evidence) -> Finding:
    return joined([_judge(condition, evidence) for condition in claim.test])


def _judge(condition: Condition, evidence: Evidence) -> Finding:
    match condition:
        case Better():
            return judge_better(condition, evidence)
        case Languages():
            return judge_languages(condition, evidence)
        case Sampling():
            return judge_sampling(condition, evidence)
        case Disjoint():
            return judge_disjoint(evidence)
        case Reported():
            return judge_reported(condition, evidence)
        case _:
            return judge_structure(condition, evidence)
