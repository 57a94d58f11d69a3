"""Whether a measure is reported."""

from isoglot.experiments.claims.claim import Reported
from isoglot.experiments.claims.evidence import Evidence
from isoglot.experiments.claims.finding import REFUTED, SUPPORTED, Finding, wanting


def judge_reported(test: Reported, evidence: Evidence) -> Finding:
    """Supported when every evaluation gives the measure in every setting that it has; a fact, without confidence."""
    every = [
        (settings, f"{system} on {collection}")
        for (collection, system), scores in evidence.scores.items()
        for settings in (each["settings"] for each in scores)
    ]
    if not every:
        return wanting("This run has no finished evaluation.")
    lacking = [name for settings, name in every if any(own and test.measure not in own for own in settings.values())]
    numbers = {"evaluations": len(every), f"with {test.measure}": len(every) - len(lacking)}
    if lacking:
        explanation = f"{len(lacking)} of {len(every)} evaluations lack {test.measure}, {lacking[0]} first."
        return Finding(REFUTED, None, numbers, explanation)
    explanation = f"All {len(every)} evaluations of the run give {test.measure} in each of their settings."
    return Finding(SUPPORTED, None, numbers, explanation)
