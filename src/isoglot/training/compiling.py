"""Compiled encoders: torch.compile for each layer of a transformer, so that one compilation serves them all."""

from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Transformer

from isoglot.errors import RequestError
from isoglot.training.adapt.freeze import transformer_stack


def compile_encoder(model: SentenceTransformer) -> None:
    """Compile the layers of a transformer for texts of any number and length.

    The token table stays outside, as compiled code has no sparse gradients. Weights keep their names, so the model is
    saved as it would be otherwise. The first steps take longer: they compile.

    Args:
        model: changed in place.

    Raises:
        RequestError: the model is no transformer, or has no stack of layers.
    """
    first = model[0]
    stack = transformer_stack(first.model) if isinstance(first, Transformer) else []
    if not stack:
        raise RequestError(
            f"compile is for transformers, and {type(first).__name__} has no stack of layers; leave it out."
        )
    for layer in (module for layers in stack[1:] for module in layers):
        layer.compile(dynamic=True)
