"""The hash of a model's content: weights, structure and tokenizer, wherever it was loaded from."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Transformer
from tokenizers import Tokenizer
from torch import Tensor, nn

# Where a model came from, and what has a place of its own in the key of a vector.
NO_CONTENT = ("_name_or_path", "max_seq_length")
# How an embedding is trained is no content either.
SPARSE_GRADIENT = ", sparse=True"


def fingerprint(model: SentenceTransformer) -> str:
    """Hash everything that decides a vector besides prompt, maximum length and text.

    Two models of equal hash encode alike (up to rounding, on unlike devices and threads). The hash changes with any
    weight and its dtype, any layer and its configuration, the tokenizer, and the release of transformers, which may
    compute otherwise.

    Args:
        model: an encoder with its weights on any device.

    Returns:
        64 hexadecimal digits.
    """
    found = sha256(json.dumps(getattr(model, "truncate_dim", None)).encode())
    with ThreadPoolExecutor() as threads:  # hashing lets other threads run
        for digest in threads.map(_tensor_digest, _weights(model)):
            found.update(digest)
    for name, module in model.named_modules():
        found.update(json.dumps([name, *_structure(module)], sort_keys=True, default=str).encode())
        for part in tokenizer_parts(getattr(module, "tokenizer", None)):
            found.update(sha256(part).digest())
    return found.hexdigest()


def _weights(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    unused = tuple(
        f"{name}.model.pooler."
        for name, module in model.named_modules()
        if isinstance(module, Transformer) and module.module_output_name == "token_embeddings"
    )
    # A checkpoint without a pooler (XLM-R) gets another random one whenever it is loaded, which nothing reads.
    return ((name, tensor) for name, tensor in model.state_dict().items() if not name.startswith(unused))


def _tensor_digest(weight: tuple[str, Tensor]) -> bytes:
    name, tensor = weight
    dense = tensor.detach() if tensor.layout is torch.strided else tensor.detach().to_dense()
    label = json.dumps([name, str(tensor.dtype), list(tensor.shape)])
    content = dense.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data
    return sha256(label.encode()).digest() + sha256(content).digest()


def _structure(module: Any) -> list[Any]:
    kind = type(module)
    config = module.get_config_dict() if hasattr(module, "get_config_dict") else {}
    if hasattr(module, "config") and hasattr(module.config, "to_dict"):
        config = config | module.config.to_dict()
    content = {key: value for key, value in config.items() if key not in NO_CONTENT}
    shape = module.extra_repr().removesuffix(SPARSE_GRADIENT)
    return [f"{kind.__module__}.{kind.__qualname__}", shape, content]


def tokenizer_parts(tokenizer: Any) -> list[bytes]:
    """Everything that decides the tokens of a text, in parts to hash; none where there is no tokenizer."""
    if tokenizer is None:
        return []
    if isinstance(tokenizer, Tokenizer):
        # What stands before the tokens is how the last batch was cut and padded.
        serialised = tokenizer.to_str()
        return [serialised[serialised.index('"added_tokens"') :].encode()]
    if hasattr(tokenizer, "backend_tokenizer"):
        batching = [tokenizer.padding_side, tokenizer.truncation_side, tokenizer.pad_token, tokenizer.model_input_names]
        return [*tokenizer_parts(tokenizer.backend_tokenizer), json.dumps(batching).encode()]
    if hasattr(tokenizer, "serialized_model_proto"):
        return [tokenizer.serialized_model_proto()]
    return _saved_files(tokenizer)


def _saved_files(tokenizer: Any) -> list[bytes]:
    """What a tokenizer of any other kind saves."""
    save = getattr(tokenizer, "save_pretrained", None) or tokenizer.save
    with TemporaryDirectory() as folder:
        save(folder)
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return [part for path in files for part in (path.name.encode(), path.read_bytes())]
