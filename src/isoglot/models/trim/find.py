"""Which part of a model holds its token vectors."""

from collections.abc import Callable
from typing import Any

from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding, Transformer

from isoglot.errors import IsoglotError
from isoglot.models.trim.token_table import StaticTable, TokenTable, UseM3Table
from isoglot.models.trim.transformer_table import TransformerTable
from isoglot.models.use_m3 import UseM3

TABLES: dict[type, Callable[[Any], TokenTable]] = {
    Transformer: TransformerTable,
    StaticEmbedding: StaticTable,
    UseM3: UseM3Table,
}


def token_table(model: SentenceTransformer) -> TokenTable:
    """The token vectors of a model.

    Raises:
        IsoglotError: it has none, several tables, or a tokenizer that cannot be edited.
    """
    modules = [module for module in model.modules() if isinstance(module, tuple(TABLES))]
    if len(modules) != 1:
        names = " and ".join(type(module).__name__ for module in modules) or type(model[0]).__name__
        raise IsoglotError(f"a model of {names} cannot be trimmed; take one with one transformer or token table.")
    return next(table(modules[0]) for kind, table in TABLES.items() if isinstance(modules[0], kind))
