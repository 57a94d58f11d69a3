"""The tokens that an encoding reads."""

from collections.abc import Sequence

import numpy as np
from sentence_transformers import SentenceTransformer

from isoglot.errors import IsoglotError
from isoglot.models.roles import Role, prompt_of
from isoglot.models.token_ends import TokenCounter


def tokens_read(model: SentenceTransformer, texts: Sequence[str], role: Role) -> int | None:
    """Tokens that the model reads of these texts, prompts and special tokens included and padding left out.

    None where they cannot be counted: static encoders have no tokenizer that tells them, and their encoding is little
    more than tokenising.
    """
    try:
        counts = np.fromiter(TokenCounter(model, prompt_of(model, role)).counts(texts), np.int64, len(texts))
    except IsoglotError:
        return None
    return int(np.minimum(counts, model.max_seq_length or np.inf).sum())
