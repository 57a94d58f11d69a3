"""Layers that do not learn: the lowest ones, and the token vectors below them."""

from collections.abc import Iterator

from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Transformer
from torch import nn
from transformers import PreTrainedModel

from isoglot.errors import RequestError
from isoglot.models.use_m3 import UseM3

Layer = list[nn.Module]


def freeze_layers(model: SentenceTransformer, count: int) -> None:
    """Stop the lowest `count` layers from learning, and all that lies below them: token and position vectors.

    A transformer has the layers of its stack. `isoglot/use-m3` has three: the projection of its token vectors, and
    the first and the second windows of its branches.

    Args:
        model: changed in place; adapters (LoRA) in a frozen layer are frozen with it.
        count: layers, 0 for nothing at all.

    Raises:
        RequestError: the model has no stack of layers, fewer than `count`, or nothing left to learn.
    """
    if not count:
        return
    stacks = [stack for stack in map(layer_stack, model.modules()) if stack]
    if not stacks:
        kinds = ", ".join(type(module).__name__ for module in model)
        raise RequestError(f"freeze is {count}, but the model ({kinds}) has no stack of layers; leave freeze out.")
    for below, *layers in stacks:
        if count > len(layers):
            raise RequestError(f"freeze is {count}, but the model has {len(layers)} layers; freeze fewer.")
        for module in (module for layer in (below, *layers[:count]) for module in layer):
            module.requires_grad_(False)
    if not any(weight.requires_grad for name, weight in model.named_parameters() if ".pooler." not in name):
        raise RequestError(f"freeze is {count} and leaves nothing of the model to learn; freeze fewer layers.")


def layer_stack(module: nn.Module) -> list[Layer]:
    """What lies below the first layer of an encoder, then its layers from the lowest on; nothing for other modules."""
    if isinstance(module, UseM3):
        network = module.network
        first, second = ([getattr(branch, which) for branch in network.branches] for which in ("first", "second"))
        return [[network.tokens], [network.project, network.project_norm], first, second]
    if isinstance(module, Transformer):
        return transformer_stack(module.model)
    return []


def transformer_stack(transformer: PreTrainedModel) -> list[Layer]:
    """The stack of a transformers model: its outermost list of as many modules as its configuration has layers.

    A model that shares one layer (ALBERT) has no such list.
    """
    depth = transformer.config.get_text_config().num_hidden_layers
    lists = (module for module in transformer.modules() if isinstance(module, nn.ModuleList))
    layers = next((each for each in lists if len(each) == depth), None)
    return [list(embeddings(transformer, layers)), *([layer] for layer in layers)] if layers else []


def embeddings(transformer: nn.Module, layers: nn.ModuleList) -> Iterator[nn.Module]:
    """The tables outside the layers, each with what stands beside it (a norm), unless the layers stand there too."""
    inside = set(layers.modules())
    for module in transformer.modules():
        tables = [child for child in module.children() if isinstance(child, nn.Embedding)]
        if tables and module not in inside:
            yield from tables if layers in module.modules() else [module]
