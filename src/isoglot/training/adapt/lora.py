"""Low-rank adapters (LoRA) on the transformer of a model, by peft."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Transformer
from torch import nn
from transformers.pytorch_utils import Conv1D

from isoglot.errors import RequestError, missing_extra

ADAPTERS = "adapters.safetensors"


def add_lora(model: SentenceTransformer, rank: int) -> None:
    """Put adapters on all linear layers of the transformer; they learn, and every other weight is frozen.

    A linear layer `W x + b` becomes `W x + b + (alpha / r) B A x` with A `[r, in]` and B `[out, r]` (Hu et al. 2021,
    arXiv 2106.09685, equation 3). B starts at zero, so the vectors are at first those of the model as it was. Alpha is
    the rank, as in the paper (section 4.1) and in peft's defaults, so the factor is 1. There is no dropout on
    adapters. A pooler whose output is not read gets none.

    Args:
        model: changed in place; `merge_lora` gives the ordinary model back.
        rank: r, at least 1.

    Raises:
        RequestError: peft is not installed, or the model has no transformer, or adapters already.
    """
    transformers = [module for module in model.modules() if type(module) is Transformer]
    if not transformers:
        kinds = ", ".join(type(module).__name__ for module in model)
        raise RequestError(
            f"lora rank is {rank}, but the model ({kinds}) has no transformer; leave lora rank out or train another."
        )
    if find_spec("peft") is None:
        raise missing_extra("lora rank", "lora")
    if any(hasattr(transformer.model, "peft_config") for transformer in transformers):
        raise RequestError(f"lora rank is {rank}, but the model has adapters already; merge those into it first.")
    model.requires_grad_(False)
    for transformer in transformers:
        insert_adapters(transformer, rank)
        transformer.__class__ = AdaptedTransformer


def merge_lora(model: SentenceTransformer) -> None:
    """Add the adapters to the weights that they adapt and take them away; a model without any stays as it is.

    Vectors change by rounding only. The model can then be saved and opened without peft.
    """
    for transformer in [module for module in model.modules() if isinstance(module, AdaptedTransformer)]:
        merge_adapters(transformer)
        transformer.__class__ = Transformer


class AdaptedTransformer(Transformer):
    """A transformer with adapters; a checkpoint of it holds the weights under their own names, and the adapters."""

    def save(self, output_path: str, *_: object, **__: object) -> None:
        """Write weights, adapters, tokenizer and configuration into the folder `output_path`."""
        state = self.model.state_dict()
        adapters = {name: tensor.contiguous() for name, tensor in state.items() if ".lora_" in name}
        weights = {name.replace(".base_layer.", "."): state[name] for name in state.keys() - adapters.keys()}
        self.model.save_pretrained(output_path, state_dict=weights)
        self.processor.save_pretrained(output_path)
        self.save_config(output_path)
        save_file(adapters, Path(output_path) / ADAPTERS)

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", **options: Any) -> Self:
        """Read what `save` wrote; the options are those of `Transformer.load`."""
        transformer = super().load(model_name_or_path, subfolder=subfolder, **options)
        adapters = load_file(Path(model_name_or_path, subfolder, ADAPTERS))
        rank = next(len(tensor) for name, tensor in adapters.items() if ".lora_A." in name)
        insert_adapters(transformer, rank)
        transformer.model.load_state_dict(adapters, strict=False)
        return transformer


def insert_adapters(transformer: Transformer, rank: int) -> None:
    """Put fresh adapters of this rank on the linear layers of a transformer."""
    from peft import LoraConfig, inject_adapter_in_model

    layers = linear_layers(transformer)
    inject_adapter_in_model(LoraConfig(r=rank, lora_alpha=rank, target_modules=layers), transformer.model)


def linear_layers(transformer: Transformer) -> list[str]:
    """Names of the linear layers, within the transformers model, that have a part in its output."""
    unread = "pooler" if transformer.module_output_name == "token_embeddings" else None
    named = transformer.model.named_modules()
    return [name for name, module in named if isinstance(module, nn.Linear | Conv1D) and name.split(".")[0] != unread]


def merge_adapters(transformer: Transformer) -> None:
    """Put every adapted layer's own one, with the adapter added to its weight, in its place."""
    from peft.tuners.lora import LoraLayer

    adapted = [(name, layer) for name, layer in transformer.model.named_modules() if isinstance(layer, LoraLayer)]
    for name, layer in adapted:
        layer.merge()
        transformer.model.set_submodule(name, layer.get_base_layer())
    del transformer.model.peft_config
