"""Texts to unit vectors, every distinct text once."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.models.roles import Role, prompt_of


def encode(
    model: SentenceTransformer, texts: Sequence[str], role: Role, *, batch_size: int = 128, progress: bool = False
) -> NDArray[np.float32]:
    """Encode texts of one role.

    Args:
        model: the encoder.
        texts: N texts; each distinct one is encoded once.
        role: decides the prompt.
        batch_size: distinct texts encoded together.
        progress: show a bar.

    Returns:
        Vectors of length 1, float32 [N, dimensions].
    """
    position = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    vectors = model.encode(
        list(position),
        prompt=prompt_of(model, role),
        batch_size=batch_size,
        show_progress_bar=progress,
        convert_to_numpy=True,
        normalize_embeddings=True,
    )
    return np.asarray(vectors, np.float32)[[position[text] for text in texts]]


def encoding_of(model: SentenceTransformer) -> dict[str, Any]:
    """What decides the vectors besides the weights and the texts."""
    length = model.max_seq_length
    return {
        "query_prompt": prompt_of(model, "query"),
        "passage_prompt": prompt_of(model, "passage"),
        "max_length": None if length in (None, math.inf) else length,
        "device": str(model.device),
        "threads": torch.get_num_threads(),
    }
