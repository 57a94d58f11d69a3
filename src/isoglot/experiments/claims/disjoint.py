"""Whether every trained model was evaluated on texts that it was not trained on."""

from typing import Any

from isoglot.experiments.claims.evidence import Evidence
from isoglot.experiments.claims.finding import REFUTED, SUPPORTED, Finding, wanting
from isoglot.experiments.leakage import told


def judge_disjoint(evidence: Evidence) -> Finding:
    """Read the leakage records of all evaluations of trained systems.

    Supported when each was checked and is clean, refuted when one is not clean, else not testable. Every text was
    compared (see `isoglot.data.leakage`), so this is no sample, and there is no confidence.
    """
    records = [
        (each.get("leakage", {}), system, collection)
        for (collection, system), scores in evidence.scores.items()
        if system in evidence.trained
        for each in scores
    ]
    if not records:
        return wanting("This run has no finished evaluation of a trained system.")
    checked = [record for record, *_ in records if _is_checked(record)]
    numbers = {"evaluations": len(records), "checked": len(checked), "clean": sum(map(_is_clean, checked))}
    leaking = _statements([record for record in checked if not _is_clean(record)])
    if leaking:
        return Finding(REFUTED, None, numbers, " ".join(leaking))
    unchecked = [record for record, *_ in records if not _is_checked(record)]
    if unchecked:
        said = " ".join(_statements(unchecked))
        return wanting(f"{len(unchecked)} of {len(records)} evaluations were not checked for leakage. {said}", numbers)
    return Finding(SUPPORTED, None, numbers, " ".join(_statements(checked)))


def _is_checked(record: dict[str, Any]) -> bool:
    return bool(record.get("checked")) and "clean" in record


def _is_clean(record: dict[str, Any]) -> bool:
    return bool(record["clean"])


def _statements(records: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(told(record) for record in records if "statement" in record))
