"""The figures of the paper (arXiv 2408.10536, tables 1 and 2), to stand beside ours."""

import re

from isoglot.evaluation.per_query import RANK_DISTANCE

SOURCE = "arXiv 2408.10536, tables 1 and 2"
STARTS = {"XLM-R": r"xlm-?r(?![a-z])|xlm-?roberta", "LaBSE": r"labse"}
# mAP in the monolingual, cross-lingual and multilingual setting, and rank distance.
FIGURES: dict[tuple[str, str], dict[str, tuple[float, float, float, float]]] = {
    ("XLM-R", "xquad-r"): {
        "monolingual": (0.792, 0.674, 0.547, 410.2),
        "cross-lingual": (0.755, 0.700, 0.593, 295.4),
        "hybrid": (0.798, 0.705, 0.593, 286.6),
    },
    ("XLM-R", "mlqa-r"): {
        "monolingual": (0.648, 0.584, 0.473, 287.5),
        "cross-lingual": (0.626, 0.620, 0.508, 226.7),
        "hybrid": (0.648, 0.623, 0.512, 227.1),
    },
    ("LaBSE", "xquad-r"): {
        "monolingual": (0.808, 0.752, 0.652, 261.5),
        "cross-lingual": (0.801, 0.762, 0.679, 225.2),
        "hybrid": (0.817, 0.767, 0.682, 221.1),
    },
    ("LaBSE", "mlqa-r"): {
        "monolingual": (0.681, 0.656, 0.550, 225.3),
        "cross-lingual": (0.671, 0.677, 0.576, 198.3),
        "hybrid": (0.686, 0.681, 0.579, 195.0),
    },
}
PLACES = {
    ("monolingual", "AP"): 0,
    ("cross-lingual", "AP"): 1,
    ("multilingual", "AP"): 2,
    ("multilingual", RANK_DISTANCE): 3,
}


def paper_start(model: str) -> str | None:
    """Which of the paper's start models a name or folder means.

    >>> paper_start("FacebookAI/xlm-roberta-base"), paper_start("models/LaBSE"), paper_start("isoglot/use-m3")
    ('XLM-R', 'LaBSE', None)
    """
    return next((name for name, pattern in STARTS.items() if re.search(pattern, model, re.IGNORECASE)), None)


def paper_figure(model: str, collection: str, strategy: str, question: tuple[str, str]) -> float | None:
    """What the paper reports; None where it does not."""
    row = FIGURES.get((paper_start(model) or "", collection), {}).get(strategy)
    return row[PLACES[question]] if row and question in PLACES else None


def paper_note(models: list[str], collection: str) -> str:
    """Why the paper's figures stand beside ours, or why they do not; empty for a collection that it has not."""
    if collection not in {name for _, name in FIGURES}:
        return ""
    if any(map(paper_start, models)):
        return f"“paper”: {SOURCE}; its training data is larger and its temperature and pooling are not reported."
    return (
        f"The paper ({SOURCE}) starts from XLM-R and LaBSE, this run from {' and '.join(models)}: its figures are "
        "those of other models and are not put beside these."
    )
