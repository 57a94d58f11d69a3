"""The specification of an experiment: what varies, what stays, and what all is evaluated on."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from isoglot.errors import RequestError, unknown
from isoglot.training.recipe import sentence_of

Setting = Literal["monolingual", "cross-lingual", "multilingual"]
Baseline = Literal["untrained", "bm25"]


class Spec(BaseModel):
    """One experiment.

    The cells of a block of `grid` are all combinations of its values, over `recipe`; cells that two blocks have in
    common are trained once.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, description="title of the report")]
    recipe: Annotated[dict[str, Any], Field(description="recipe fields that all trainings share")]
    grid: Annotated[
        list[dict[str, Annotated[list[Any], Field(min_length=1)]]],
        Field(min_length=1, description="blocks of recipe fields that vary"),
    ]
    evaluate: Annotated[list[str], Field(min_length=1, description="collections or groups to evaluate on")]
    max_length: Annotated[
        int | None,
        Field(ge=1, description="tokens of a text that evaluations read; by default as many as training does"),
    ] = None
    measures: Annotated[list[str], Field(description="measures besides the usual ones")] = []
    baselines: Annotated[list[Baseline], Field(description="what trainings are compared with")] = ["untrained", "bm25"]
    corrections: Annotated[list[str], Field(description="training-free corrections to evaluate every model with")] = []
    corrections_fit: Annotated[str | None, Field(description="collection to fit the corrections on")] = None
    claims: Annotated[Path | None, Field(description="YAML file of claims besides the paper's")] = None
    resamples: Annotated[int, Field(ge=1, description="of each bootstrap and permutation test")] = 10_000
    expected: Annotated[
        dict[str, dict[str, dict[Setting, dict[str, float]]]],
        Field(description="scores to find again with --check, by system, collection, setting and measure"),
    ] = {}
    tolerance: Annotated[
        dict[str, Annotated[float, Field(ge=0)]],
        Field(description="how far each measure may be from what is expected; of RD a share of it"),
    ] = {}


def read_spec(path: Path) -> Spec:
    """Read a specification.

    Raises:
        RequestError: no such file, not YAML, or a field with a wrong name or value.
    """
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        raise RequestError(f"{path} does not exist; check the path of the specification.") from problem
    except (yaml.YAMLError, UnicodeDecodeError, IsADirectoryError) as problem:
        raise RequestError(f"{path} is not YAML: {' '.join(str(problem).split())}.") from problem
    if not isinstance(fields, dict):
        raise RequestError(f"{path} is no specification; it needs fields such as 'recipe:', 'grid:' and 'evaluate:'.")
    for field in fields:
        if field not in Spec.model_fields:
            raise unknown("specification field", str(field), Spec.model_fields)
    try:
        return Spec.model_validate(fields)
    except ValidationError as problem:
        raise RequestError(sentence_of(problem)) from problem
