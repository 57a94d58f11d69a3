"""A claim as data: its sentence, its source, and the conditions under which an experiment supports it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from isoglot.evaluation.measures import parse
from isoglot.evaluation.per_query import RANK_DISTANCE

Setting = Literal["monolingual", "cross-lingual", "multilingual"]
Alignment = Literal["aligned", "unaligned"]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("than", "settings", "collections", "test", mode="before", check_fields=False)
    @classmethod
    def _one_is_a_list_of_one(cls, value: Any) -> Any:
        return [value] if isinstance(value, str | dict) else value

    @field_validator("measure", check_fields=False)
    @classmethod
    def _canonical(cls, value: str | None) -> str | None:
        return value if value in (None, RANK_DISTANCE) else parse(value).name


Names = Annotated[list[str], Field(min_length=1)]


class Better(_Data):
    """A system is better than each of some others, in each of some settings; less is better of rank distance."""

    kind: Literal["better"]
    system: Annotated[str, Field(description="a strategy, 'untrained', 'bm25', or any system as the report names it")]
    than: Annotated[Names, Field(description="one or several of the same")]
    settings: Annotated[list[Setting], Field(min_length=1)]
    collections: Annotated[
        Names, Field(description="names or patterns such as beir/*; those that were evaluated count")
    ]
    measure: Annotated[str | None, Field(description="the usual one of the collection by default")] = None
    start: Annotated[Alignment | None, Field(description="what start models it is about; all by default")] = None


class Languages(_Data):
    """Training makes no query language worse, and the languages that it never saw better, than the start model."""

    kind: Literal["languages"]
    system: str
    setting: Setting
    collections: Names
    measure: str | None = None
    start: Alignment | None = None


class Sampling(_Data):
    """Batches are drawn as arXiv 2408.10536 says.

    `of: batches` is about the share of monolingual ones among the hybrid batches, `of: collections` about drawing
    data sets in proportion to their size.
    """

    kind: Literal["sampling"]
    of: Literal["batches", "collections"]


class Structure(_Data):
    """A collection has so many languages and pairs of them; with `fully_parallel`, each topic in each language."""

    kind: Literal["structure"]
    collections: Names
    languages: int
    cross_lingual_pairs: int
    monolingual_pairs: int
    fully_parallel: bool = False


class Disjoint(_Data):
    """No trained model saw a text that it was evaluated on."""

    kind: Literal["disjoint"]


class Reported(_Data):
    """Every evaluation gives a measure in every setting."""

    kind: Literal["reported"]
    measure: str


Condition = Annotated[
    Better | Languages | Sampling | Structure | Disjoint | Reported,
    Field(discriminator="kind"),
]
KINDS: dict[str, type[BaseModel]] = {
    "better": Better,
    "languages": Languages,
    "sampling": Sampling,
    "structure": Structure,
    "disjoint": Disjoint,
    "reported": Reported,
}


class Claim(_Data):
    """One claim: all conditions of its test must hold."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    sentence: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1, description="where it is made: paper and section or table")]
    test: Annotated[list[Condition], Field(min_length=1)]
