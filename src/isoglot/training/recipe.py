"""A recipe: everything that decides a training run, as one YAML file whose every field is also a flag."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from isoglot.errors import RequestError, unknown
from isoglot.training.adapt.rates import parse_rates

StrategyName = Literal["mixed", "monolingual", "cross-lingual", "hybrid", "one-pair", "within-batch", "hybrid-one-pair"]
WITH_ALPHA = ("hybrid", "within-batch", "hybrid-one-pair")  # strategies that alpha decides


class Recipe(BaseModel):
    """One training run.

    The defaults follow arXiv 2408.10536 where it says (batch 100, AdamW, weight decay 0.01, learning rate 3e-5, alpha
    0.5, datasets by size, languages uniformly); it leaves the temperature open.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    model: Annotated[str, Field(description="start model: embedded name, folder or hub name")] = "isoglot/use-m3"
    train: Annotated[
        list[str],
        Field(
            min_length=1, description="collections to train on (name, name=PATH, folder, .jsonl); repeat for several"
        ),
    ] = ["worldfacts/train"]
    languages: Annotated[
        list[str] | None, Field(min_length=1, description="train on these languages only, such as en,de [default: all]")
    ] = None
    strategy: Annotated[StrategyName, Field(description="what may stand in a batch")] = "hybrid"
    alpha: Annotated[
        float, Field(ge=0, le=1, description="hybrids: probability of a monolingual batch; within-batch: of an example")
    ] = 0.5
    alpha_end: Annotated[
        float | None, Field(ge=0, le=1, description="alpha at the last step, reached linearly [default: as alpha]")
    ] = None
    gamma: Annotated[float, Field(ge=0, description="collections are drawn by topics ** gamma")] = 1.0
    language_weights: Annotated[
        Literal["uniform", "size"], Field(description="how languages are drawn, size by topics")
    ] = "uniform"
    language_temperature: Annotated[
        float,
        Field(gt=0, description="with language weights by size: languages are drawn by size ** (1 / temperature)"),
    ] = 1.0
    curriculum: Annotated[
        list[float] | None,
        Field(
            description="share of steps, 0 to 1, after which a collection is drawn; repeat for each [default: all 0]"
        ),
    ] = None
    batch_size: Annotated[int, Field(ge=2, description="examples in the global batch")] = 100
    steps: Annotated[int, Field(ge=1, description="batches to train on")] = 1000
    learning_rate: Annotated[float, Field(gt=0, description="peak learning rate")] = 3e-5
    weight_decay: Annotated[float, Field(ge=0, description="of AdamW, times the learning rate at each step")] = 0.01
    warmup: Annotated[float, Field(ge=0, le=1, description="share of the steps until the peak")] = 0.1
    scheduler: Annotated[
        Literal["linear", "cosine", "constant_with_warmup"], Field(description="learning rate after the peak")
    ] = "linear"
    max_gradient_norm: Annotated[float, Field(ge=0, description="clip gradients to this L2 norm, 0 for never")] = 1.0
    temperature: Annotated[float, Field(gt=0, description="divides the cosines in the loss")] = 0.05
    symmetric: Annotated[bool, Field(description="also classify the query of each passage")] = False
    multi_positives: Annotated[
        bool,
        Field(description="every language version of a positive is in the batch and counts as positive"),
    ] = False
    negatives: Annotated[int, Field(ge=0, description="hard negatives per example (judgments with relevance 0)")] = 0
    foreign_negatives: Annotated[
        float, Field(ge=0, le=1, description="share of the hard negatives in other languages than the passage")
    ] = 0.0
    teacher: Annotated[
        str | None, Field(description="model to distil from, named as a start model is [default: none]")
    ] = None
    distill: Annotated[Literal["scores", "vectors"], Field(description="what the student learns from the teacher")] = (
        "scores"
    )
    distill_weight: Annotated[float, Field(gt=0, description="weight of the teacher's loss beside InfoNCE's 1")] = 1.0
    teacher_language: Annotated[
        str | None,
        Field(description="the teacher reads each text's version in this language [default: the text itself]"),
    ] = None
    matryoshka: Annotated[
        list[int] | None,
        Field(description="train these first dimensions of the vectors too; repeat for several [default: none]"),
    ] = None
    query_prompt: Annotated[
        str | None,
        Field(description="put before queries, empty for nothing [default: the model's, 'Query: ' for a plain one]"),
    ] = None
    passage_prompt: Annotated[
        str | None,
        Field(description="put before passages, empty for nothing [default: the model's, 'Passage: ' for a plain one]"),
    ] = None
    pooling: Annotated[str, Field(description="of a plain transformers model: mean, cls, ...")] = "mean"
    max_length: Annotated[
        int | None, Field(ge=1, description="tokens of a text that are read [default: as the model says]")
    ] = None
    seed: Annotated[int, Field(ge=0, description="decides batches, dropout and initial weights")] = 0
    chunk_tokens: Annotated[
        int | None,
        Field(ge=1, description="gradient caching: tokens held for the backward pass at a time [default: all]"),
    ] = None
    rowwise_embeddings: Annotated[
        bool, Field(description="update only the token vectors that the batch touches (lazy AdamW)")
    ] = True
    freeze: Annotated[int, Field(ge=0, description="lowest layers that do not learn, the token vectors with them")] = 0
    lora_rank: Annotated[
        int, Field(ge=0, description="train low-rank additions (LoRA) of this rank only, 0 for none")
    ] = 0
    learning_rates: Annotated[
        list[str] | None,
        Field(description="other peak rates, PATTERN=RATE by regular expression; repeat for several [default: none]"),
    ] = None
    compile: Annotated[bool, Field(description="compile the encoder (torch.compile)")] = False
    bf16: Annotated[bool, Field(description="compute in bfloat16 where the hardware can")] = False
    dev_topics: Annotated[
        int | None,
        Field(
            ge=0,
            description="topics of each collection held back to choose checkpoints [default: a tenth, at most 100]",
        ),
    ] = None
    eval_steps: Annotated[int, Field(ge=1, description="steps between evaluations and checkpoints")] = 250
    report_to: Annotated[str, Field(description="tracker the trainer logs to: tensorboard, wandb, mlflow, ...")] = (
        "none"
    )
    patience: Annotated[
        int | None, Field(ge=1, description="stop after so many evaluations without a gain [default: never]")
    ] = None

    @field_validator("train", "languages", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _learning_rates_can_be_read(self) -> Self:
        parse_rates(self.learning_rates)
        return self

    @model_validator(mode="after")
    def _patience_has_something_to_wait_for(self) -> Self:
        if self.patience is not None and self.dev_topics == 0:
            raise RequestError("patience needs an evaluation to wait for; leave it out or give dev topics.")
        return self

    @model_validator(mode="after")
    def _nothing_asked_for_is_without_effect(self) -> Self:
        if self.foreign_negatives and not self.negatives:
            raise RequestError(f"foreign negatives are {self.foreign_negatives} of no negatives; give negatives too.")
        if self.alpha_end is not None and self.strategy not in WITH_ALPHA:
            raise RequestError(
                f"alpha end is {self.alpha_end}, but {self.strategy} batches have no alpha; leave it out, or take one "
                f"of {', '.join(WITH_ALPHA)}."
            )
        if self.language_temperature != 1.0 and self.language_weights != "size":
            raise RequestError(
                f"language temperature is {self.language_temperature}, but languages are drawn uniformly; give "
                "language weights size too, or leave it out."
            )
        return self

    @model_validator(mode="after")
    def _what_a_teacher_is_told_has_a_teacher(self) -> Self:
        told = {
            "a teacher language": self.teacher_language is not None,
            f"distill {self.distill}": self.distill != "scores",
            f"distill weight {self.distill_weight}": self.distill_weight != 1.0,
        }
        asked = next((what for what, is_told in told.items() if is_told), None)
        if asked is not None and self.teacher is None:
            raise RequestError(f"{asked} needs a teacher; name one, or leave it out.")
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
        raise RequestError(sentence_of(problem)) from problem


def write_recipe(recipe: Recipe) -> str:
    """The recipe as YAML, every field written out."""
    return yaml.safe_dump(recipe.model_dump(), sort_keys=False, allow_unicode=True)


def sentence_of(problem: ValidationError) -> str:
    """The first thing that is wrong with some fields, as one sentence."""
    first = problem.errors()[0]
    field = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        return str(unknown("recipe field", field, Recipe.model_fields))
    reason = first["msg"][0].lower() + first["msg"][1:]
    return f"{field.replace('_', ' ')} is {first['input']!r}; {reason}."
