"""Token tables whose gradient holds the rows of a batch's tokens only, so that the optimizer can pass over the rest."""

from functools import partial

from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Transformer
from torch import Tensor, nn

from isoglot.training.bags import mean_of_rows

# Gradients of a step's chunks are added up once they hold this share of the table's rows.
MERGED_SHARE = 8


def make_rowwise(model: SentenceTransformer, *, rowwise: bool = True) -> None:
    """Give the token tables of a model sparse gradients (see `RowwiseAdamW`), or dense ones.

    Sparse gradients of several chunks stand one below the other; where they grow beyond an eighth of the table they
    are added up row by row, so that memory does not grow with the number of chunks.

    Args:
        model: changed in place; its weights and its saved form stay as they are.
        rowwise: False for dense gradients.
    """
    for table in token_tables(model):
        table.sparse = rowwise
        if rowwise and table.weight.requires_grad:
            table.weight.register_post_accumulate_grad_hook(_add_up_rows)
        if rowwise and isinstance(table, nn.EmbeddingBag) and table.mode == "mean":
            table.forward = partial(mean_of_rows, table)  # type: ignore[method-assign]


def token_tables(model: SentenceTransformer) -> list[nn.Embedding | nn.EmbeddingBag]:
    """The tables that give token ids their vectors; tables of positions or segments are none."""
    first = model[0]
    if isinstance(first, Transformer):
        return [table for table in [first.model.get_input_embeddings()] if isinstance(table, nn.Embedding)]
    return [
        module
        for module in first.modules()
        if isinstance(module, nn.Embedding) or (isinstance(module, nn.EmbeddingBag) and module.mode != "max")
    ]


def _add_up_rows(weight: Tensor) -> None:
    gradient = weight.grad
    if gradient is None or not gradient.is_sparse:
        return
    rows = gradient._indices()[0]
    if bool((rows[1:] > rows[:-1]).all()):
        gradient._coalesced_(True)  # it was when it was made, and no longer says so
    elif len(rows) > len(weight) // MERGED_SHARE:
        weight.grad = gradient.coalesce()
