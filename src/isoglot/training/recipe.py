"""A recipe: everything that decides a training run, as one YAML file whose every field is also a flag."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from isoglot.errors import RequestError, unknown

StrategyName = Literal["mixed", "monolingual", "cross-lingual", "hybrid"]


class Recipe(BaseModel):
    """One training run.

    The defaults follow arXiv 2408.10536 where it says (batch 100, AdamW, weight decay 0.01, learning rate 3e-5, alpha
    0.5, datasets by size, languages uniformly); it leaves the temperature open.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    model: Annotated[str, Field(description="start model: embedded name, folder or hub name")] = "isoglot/use-m3"
    train: Annotated[
        list[str], Field(min_length=1, description="collections to train on (name, name=PATH, folder, .jsonl)")
    ] = ["worldfacts/train"]
    languages: Annotated[list[str] | None, Field(min_length=1, description="train on these languages only")] = None
    strategy: Annotated[StrategyName, Field(description="what may stand in a batch")] = "hybrid"
    alpha: Annotated[float, Field(ge=0, le=1, description="hybrid: probability of a monolingual batch")] = 0.5
    gamma: Annotated[float, Field(ge=0, description="collections are drawn by size ** gamma")] = 1.0
    language_weights: Annotated[Literal["uniform", "size"], Field(description="how languages are drawn")] = "uniform"
    batch_size: Annotated[int, Field(ge=2, description="examples in the global batch")] = 100
    steps: Annotated[int, Field(ge=1, description="batches to train on")] = 1000
    learning_rate: Annotated[float, Field(gt=0, description="peak learning rate")] = 3e-5
    weight_decay: Annotated[float, Field(ge=0, description="of AdamW")] = 0.01
    warmup: Annotated[float, Field(ge=0, le=1, description="share of the steps until the peak")] = 0.1
    scheduler: Annotated[
        Literal["linear", "cosine", "constant_with_warmup"], Field(description="learning rate after the peak")
    ] = "linear"
    max_gradient_norm: Annotated[float, Field(ge=0, description="clip gradients to this norm, 0 for never")] = 1.0
    temperature: Annotated[float, Field(gt=0, description="divides the cosines in the loss")] = 0.05
    symmetric: Annotated[bool, Field(description="also classify the query of each passage")] = False
    negatives: Annotated[int, Field(ge=0, description="hard negatives per example (judgments with relevance 0)")] = 0
    query_prompt: Annotated[str | None, Field(description="put before queries; empty for none")] = None
    passage_prompt: Annotated[str | None, Field(description="put before passages; empty for none")] = None
    pooling: Annotated[str, Field(description="of a plain transformers model: mean, cls, ...")] = "mean"
    max_length: Annotated[int | None, Field(ge=1, description="tokens of a text that are read")] = None
    seed: Annotated[int, Field(ge=0, description="decides batches, dropout and initial weights")] = 0
    bf16: Annotated[bool, Field(description="compute in bfloat16 where the hardware can")] = False
    dev_topics: Annotated[
        int | None,
        Field(ge=0, description="topics of each collection held back to choose checkpoints; 100 or a tenth"),
    ] = None
    eval_steps: Annotated[int, Field(ge=1, description="steps between evaluations and checkpoints")] = 250
    report_to: Annotated[str, Field(description="tracker the trainer logs to: tensorboard, wandb, ...")] = "none"
    patience: Annotated[int | None, Field(ge=1, description="stop after so many evaluations without a gain")] = None

    @field_validator("train", "languages", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _patience_has_something_to_wait_for(self) -> Self:
        if self.patience is not None and self.dev_topics == 0:
            raise RequestError("patience needs an evaluation to wait for; leave it out or give dev topics.")
        return self


def read_recipe(path: Path | None, overrides: dict[str, Any]) -> Recipe:
    """Read a recipe; `overrides` (the flags given) win over the file, the file over the defaults.

    Raises:
        RequestError: no such file, not YAML, or a field with a wrong name or value.
    """
    fields: dict[str, Any] = {}
    if path is not None and path.name.endswith((".jsonl", ".jsonl.gz")):
        raise RequestError(f"{path} is a collection, not a recipe; give each collection with a --train of its own.")
    if path is not None:
        try:
            fields = yaml.safe_load(path.read_text(encoding="utf-8"))
        except FileNotFoundError as problem:
            raise RequestError(f"{path} does not exist; check the path of the recipe.") from problem
        except (yaml.YAMLError, UnicodeDecodeError, IsADirectoryError) as problem:
            raise RequestError(f"{path} is not YAML: {' '.join(str(problem).split())}.") from problem
        if fields is None:
            fields = {}
        if not isinstance(fields, dict):
            raise RequestError(f"{path} is not a recipe; it needs lines such as 'strategy: hybrid'.")
    try:
        return Recipe.model_validate({**fields, **overrides})
    except ValidationError as problem:
        raise RequestError(_sentence(problem)) from problem


def write_recipe(recipe: Recipe) -> str:
    """The recipe as YAML, every field written out."""
    return yaml.safe_dump(recipe.model_dump(), sort_keys=False, allow_unicode=True)


def _sentence(problem: ValidationError) -> str:
    first = problem.errors()[0]
    field = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        return str(unknown("recipe field", field, Recipe.model_fields))
    reason = first["msg"][0].lower() + first["msg"][1:]
    return f"{field.replace('_', ' ')} is {first['input']!r}; {reason}."
