"""How large a model is, and what trimming saves."""

from dataclasses import dataclass

from rich.table import Table
from sentence_transformers import SentenceTransformer

from isoglot.models.trim.token_table import TokenTable


@dataclass(frozen=True)
class Size:
    """The size of a model.

    Args:
        tokens: rows of its token table.
        parameters: numbers that it learns.
        bytes: of its weights and its tokenizer, which are nearly all of a saved model.
    """

    tokens: int
    parameters: int
    bytes: int


def size_of(model: SentenceTransformer, table: TokenTable) -> Size:
    """The size of a model; a weight that several layers share counts once."""
    weights = [*model.parameters()]
    return Size(
        tokens=len(table.embedding.weight),
        parameters=sum(weight.numel() for weight in weights),
        bytes=sum(weight.nbytes for weight in weights) + len(table.vocabulary.content),
    )


def saving_table(before: Size, after: Size) -> Table:
    """Both sizes side by side, and what share is left."""
    table = Table("", title="Vocabulary", title_justify="left", box=None)
    for name in ("before", "after", "left"):
        table.add_column(name, justify="right")
    rows = {
        "tokens": (before.tokens, after.tokens, 1, ""),
        "parameters": (before.parameters, after.parameters, 1e6, " M"),
        "weights and tokenizer": (before.bytes, after.bytes, 1e6, " MB"),
    }
    for name, (old, new, unit, shown) in rows.items():
        decimals = 1 if shown else 0
        sizes = [f"{size / unit:,.{decimals}f}{shown}" for size in (old, new)]
        table.add_row(name, *sizes, f"{new / old:.1%}")
    return table
