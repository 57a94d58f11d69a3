"""Any encoder by hub name, folder or embedded name, as one SentenceTransformer."""

import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from huggingface_hub import HfApi, try_to_load_from_cache
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from sentence_transformers.util import is_sentence_transformer_model
from torch import nn

from isoglot.errors import IsoglotError, RequestError, unknown
from isoglot.models.roles import set_prompts

EMBEDDED = ("isoglot/use-m3", "isoglot/static")
PLAIN_PROMPTS = ("Query: ", "Passage: ")
ENTRIES = ("modules.json", "config.json")
HUB_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
HUB_SECONDS = 10.0


def load_model(
    name: str,
    *,
    pooling: str = "mean",
    query_prompt: str | None = None,
    passage_prompt: str | None = None,
    max_length: int | None = None,
    texts: Callable[[], Iterable[str]] | None = None,
    seed: int = 0,
) -> SentenceTransformer:
    """Load an encoder.

    A plain transformers model (XLM-R, …) gets `pooling`, unit length and the prompts "Query: " and "Passage: "; a
    sentence-transformers model keeps what it was saved with, and the embedded ones have no prompts.

    Args:
        name: `isoglot/use-m3`, `isoglot/static`, a folder, or a name on the hub.
        pooling: of a plain transformers model: "mean", "cls", "max", "lasttoken", ….
        query_prompt: replaces the query prompt; "" takes it away.
        passage_prompt: replaces the passage prompt; "" takes it away.
        max_length: tokens of a text that are read, special ones included.
        texts: gives the texts on which `isoglot/static` trains its tokenizer.
        seed: initialises `isoglot/static`.

    Raises:
        RequestError: no such model, or an option that it does not take.
        IsoglotError: the model is there but cannot be loaded.
    """
    if max_length is not None and max_length < 1:
        raise RequestError(f"max length is {max_length}; give at least 1 token.")
    if pooling not in Pooling.POOLING_MODES:
        raise unknown("pooling", pooling, Pooling.POOLING_MODES)
    model = _load_embedded(name, texts, seed) if name.startswith("isoglot/") else _load_other(name, pooling)
    if getattr(model.tokenizer, "pad_token", "") is None:
        raise RequestError(f"the tokenizer of {name} has no pad token; set one and save it (often the end token).")
    set_prompts(model, query_prompt, passage_prompt)
    if max_length is not None:
        if model.max_seq_length in (None, math.inf):
            raise RequestError(f"{name} reads texts whole; leave the maximum length of {max_length} out.")
        if max_length > (room := _positions(model)):
            raise RequestError(f"{name} has positions for {room} tokens; lower the maximum length of {max_length}.")
        model.max_seq_length = max_length
    return model


def _positions(model: SentenceTransformer) -> float:
    """Tokens for which the model has position vectors; those of RoBERTa's kind begin behind the padding's place."""
    for name, table in model.named_modules():
        if name.rpartition(".")[2] == "position_embeddings" and isinstance(table, nn.Embedding):
            return table.num_embeddings - (0 if table.padding_idx is None else table.padding_idx + 1)
    return math.inf


def _load_embedded(name: str, texts: Callable[[], Iterable[str]] | None, seed: int) -> SentenceTransformer:
    if name == "isoglot/use-m3":
        from isoglot.models.use_m3 import UseM3

        return SentenceTransformer(modules=[UseM3.pretrained()])
    if name != "isoglot/static":
        raise unknown("model", name, EMBEDDED)
    if texts is None:
        raise RequestError("isoglot/static trains its tokenizer on a collection and none was given; train it first.")
    from isoglot.models.static import static_encoder

    return static_encoder(texts(), seed)


def _load_other(name: str, pooling: str) -> SentenceTransformer:
    folder = Path(name)
    if not folder.is_dir() and not HUB_NAME.fullmatch(name):
        raise unknown("model folder", name, EMBEDDED)
    if folder.is_dir() and not any((folder / entry).is_file() for entry in ENTRIES):
        raise RequestError(f"{name} holds no model (neither modules.json nor config.json); give a model's folder.")
    try:
        if not folder.is_dir():
            _ask_hub(name)
        return _saved_encoder(name) if is_sentence_transformer_model(name) else _plain_encoder(name, pooling)
    except IsoglotError:
        raise
    except Exception as problem:  # each of the libraries below has errors of its own
        raise _load_error(name, folder.is_dir(), problem) from problem


def _ask_hub(name: str) -> None:
    """Ask once for a model that is not cached: without a network the libraries would ask again for a minute."""
    if not any(isinstance(try_to_load_from_cache(name, entry), str) for entry in ENTRIES):
        HfApi().model_info(name, timeout=HUB_SECONDS)


def _saved_encoder(name: str) -> SentenceTransformer:
    """A sentence-transformers model; one with our layers needs no `trust_remote_code`, since they are at hand."""
    from isoglot.models.use_m3 import UseM3

    ours = {f"{UseM3.__module__}.{UseM3.__qualname__}": UseM3}
    return SentenceTransformer._load_with_module_classes(name, ours)


def _plain_encoder(name: str, pooling: str) -> SentenceTransformer:
    transformer = Transformer(name)
    modules = [transformer, Pooling(transformer.get_embedding_dimension(), pooling_mode=pooling), Normalize()]
    model = SentenceTransformer(modules=modules)
    set_prompts(model, *PLAIN_PROMPTS)
    return model


def _load_error(name: str, is_folder: bool, problem: Exception) -> IsoglotError:
    reason = str(problem).strip().splitlines()[0].rstrip(".") if str(problem).strip() else type(problem).__name__
    if is_folder:
        return IsoglotError(f"the model in {name} cannot be loaded: {reason}.")
    return IsoglotError(
        f"model {name!r} is neither a folder nor embedded ({', '.join(EMBEDDED)}), and the hub did not give it: "
        f"{reason}; check the name and the network, or give a local folder."
    )
