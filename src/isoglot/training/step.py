"""Loss and gradients of one share: encode in chunks, then the loss on all vectors, then back through the chunks."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from isoglot.training.loss import Objective
from isoglot.training.reading import Share, Texts
from isoglot.training.reading.ragged import Rows

# Gives the vectors of some features, [texts, d].
Encode = Callable[[dict[str, Any]], Tensor]

# Tokens encoded together where texts are padded and all graphs are kept: texts of like length share a chunk, which
# spares padding. A processor is fastest with chunks that stay in its caches, a GPU with large ones.
TOGETHER = 65_536 if torch.cuda.is_available() else 2_048


def step_seed(seed: int, step: int, rank: int) -> int:
    """What decides dropout in a step of one worker, so that a resumed step draws what it would have drawn."""
    return int(np.random.SeedSequence([seed, step, rank]).generate_state(1, np.uint64)[0])


def seed_generators(seed: int) -> None:
    """Seed what dropout draws from; `torch.manual_seed` is slow where a kind of device is absent."""
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_available():
        torch.cuda.manual_seed(seed)


def chunks(lengths: Rows, budget: int) -> Iterator[Rows]:
    """Cut texts into chunks of at most `budget` tokens, padding included; a longer text is a chunk by itself.

    Args:
        lengths: tokens of each text, [T].
        budget: tokens of a chunk when all its texts are padded to the longest.

    Yields:
        Places of texts, the longest first; each place stands in one chunk.

    >>> [chunk.tolist() for chunk in chunks(np.array([2, 9, 3, 1]), budget=6)]
    [[1], [2, 0], [3]]
    """
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        count = max(1, budget // max(1, int(lengths[order[start]])))
        yield order[start : start + count]
        start += count


def loss_with_gradients(
    encode: Encode, objective: Objective, share: Share, *, chunk_tokens: int | None = None
) -> Tensor:
    """The loss of a share; its gradients are added to those of the parameters.

    With `chunk_tokens` this is gradient caching (Gao et al. 2021, arXiv 2101.06983): texts are encoded chunk by chunk
    without a graph, the loss gives the gradient of each vector, and each chunk is then encoded again, with a graph and
    with the dropout of the first time, to be followed back. The gradient is that of the whole batch; memory for graphs
    does not grow with the batch.

    Args:
        encode: the encoder.
        objective: gives the loss of all vectors.
        share: what to encode, and its labels.
        chunk_tokens: tokens, padding included, whose graph is held at a time; None to hold all.
    """
    pieces = _pieces(share.texts, chunk_tokens)
    seeds = torch.randint(2**62, (len(pieces),)).tolist()
    keep_graph = chunk_tokens is None or len(pieces) == 1

    def encoded(piece: Rows, seed: int) -> Tensor:
        seed_generators(seed)
        return encode(share.texts.features(piece))

    with torch.set_grad_enabled(keep_graph):
        vectors = [encoded(piece, seed) for piece, seed in zip(pieces, seeds, strict=True)]
    order = torch.from_numpy(np.concatenate(pieces)).to(vectors[0].device)
    leaves = torch.cat(vectors).detach()[order.argsort()].requires_grad_()
    loss = objective(leaves.split(share.sizes), share.labels)
    loss.backward()
    assert leaves.grad is not None
    gradients = leaves.grad[order].split([len(piece) for piece in pieces])
    for number, gradient in enumerate(gradients):
        again = vectors[number] if keep_graph else encoded(pieces[number], seeds[number])
        again.backward(gradient)
    return loss.detach()


def _pieces(texts: Texts, chunk_tokens: int | None) -> list[Rows]:
    if chunk_tokens is None and not texts.padded:
        return [np.arange(len(texts.lengths))]
    return list(chunks(texts.lengths, chunk_tokens or TOGETHER))
