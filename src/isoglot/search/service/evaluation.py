"""The model's evaluation, where the service was given one."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from isoglot.errors import RequestError
from isoglot.search.service.refusal import Refusal
from isoglot.search.service.settings import ServiceSettings

SCORES = "scores.json"  # as `isoglot evaluate --out` names it
BESIDE = "bias"


class Evaluation(BaseModel):
    """What of an evaluation the page shows."""

    model: str
    collection: str
    settings: Annotated[dict[str, Any], Field(description="setting to measures")]
    bias: Annotated[dict[str, Any], Field(description="bias measures of the multilingual pool")]
    languages: dict[str, Any]
    pairs: dict[str, Any]


def read_evaluation(settings: ServiceSettings) -> Evaluation:
    """The evaluation as it stands now.

    Raises:
        Refusal: 404, there is none or it cannot be read.
    """
    folder = settings.evaluation or settings.folder / BESIDE
    if not (folder / SCORES).is_file():
        raise Refusal(404, "No evaluation of the model was given; start the service with --evaluation DIR.")
    try:
        return Evaluation.model_validate_json((folder / SCORES).read_bytes())
    except (OSError, ValidationError) as problem:
        raise Refusal(404, f"The file {SCORES} of the evaluation cannot be read; evaluate again.") from problem


def foreign_evaluation(settings: ServiceSettings, model: str) -> str:
    """A sentence where the evaluation that the page shows is of another model than the index's; empty where not."""
    try:
        found = read_evaluation(settings)
    except Refusal:
        return ""
    if Path(found.model).resolve() == Path(model).resolve():
        return ""
    return f"The evaluation is of {found.model} and the index was made with {model}: its bias may be another."


def check_evaluation(folder: Path | None) -> None:
    """Refuse at the start what could never be shown; raises RequestError."""
    if folder is not None and not (folder / SCORES).is_file():
        raise RequestError(f"{folder} holds no {SCORES}; give --evaluation a folder that `isoglot evaluate` wrote.")
