"""Several workers train as one would: the same loss, the same gradients, the same weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.distributed as dist
from accelerate import PartialState
from numpy.typing import NDArray
from torch import nn

from isoglot.batches import Plan, strategy_named
from isoglot.data import Collection, storage
from isoglot.files import cache_folder
from isoglot.models.load import load_model
from isoglot.training.loss import Objective
from isoglot.training.reading import BatchReader, rows_to_read
from isoglot.training.reduce import average_gradients, broadcast_weights
from isoglot.training.step import loss_with_gradients
from isoglot.training.trainer import PlannedSteps
from training.workers import run_workers

LANGUAGES, TOPICS, BATCH, STEPS = ("en", "de", "fr"), 16, 8, 6


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a collection with three judged negatives per topic and language, and passages that topics share."""
    kinds = ("yes", "no", "never", "nowhere")
    collection = Collection.from_rows(
        "judged",
        queries=[
            {"query_id": f"q{t}{code}", "topic_id": f"t{t}", "language": code, "text": f"which river {t} {code}"}
            for t in range(TOPICS)
            for code in LANGUAGES
        ],
        passages=[
            {"passage_id": f"{kind}{t}{code}", "parallel_id": f"{kind}{t}", "language": code,
             "text": f"{kind} {t * 37} " + "ends in " * (t % 5) + code}
            for t in range(TOPICS)
            for code in LANGUAGES
            for kind in kinds
        ],
        qrels=[
            {"topic_id": f"t{t}", "passage_id": f"{kind}{t}{code}", "relevance": int(kind == "yes")}
            for t in range(TOPICS)
            for code in LANGUAGES
            for kind in kinds
        ] + [
            {"topic_id": f"t{t}", "passage_id": f"no{(t + 1) % TOPICS}{code}", "relevance": 1}
            for t in range(TOPICS)
            for code in LANGUAGES
        ],
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("judged") / "judged"
    storage.save(collection, folder)
    return folder


def steps_of(model_folder: Path, judged: Path) -> list[dict[str, Any]]:
    """Loss, gradients and languages of this worker in every step, in double precision and without dropout."""
    collection = storage.load(judged)
    plan = Plan([collection], strategy_named("hybrid"), batch_size=BATCH, seed=3, negatives=2)
    state = PartialState()
    shares = PlannedSteps(plan, STEPS, state.process_index, state.num_processes)
    model = load_model(str(model_folder)).to(torch.float64)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    model.train()[0].model.embeddings.word_embeddings.sparse = True
    rows = rows_to_read(plan, STEPS, [collection])
    reader = BatchReader(model, [collection], rows, cache_folder() / "tokens")
    return [trained_step(model, reader, shares[step], collection, step) for step in range(STEPS)]


def trained_step(
    model: nn.Module, reader: BatchReader, batch: Any, collection: Collection, step: int
) -> dict[str, Any]:
    model.zero_grad()
    objective = Objective(0.1, symmetric=step % 2 == 1)
    share = reader([batch])["share"]
    loss = loss_with_gradients(
        lambda features: model(features)["sentence_embedding"], objective, share, chunk_tokens=60 if step % 3 else None
    )
    [mean] = average_gradients(model, loss.float().view(1))
    gradients = {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}
    languages = collection.queries["language"].take(batch.queries), collection.passages["language"].take(batch.passages)
    return {
        "loss": mean.item(),
        "gradients": {name: each.to_dense().numpy() for name, each in gradients.items()},
        "sparse": [name for name, each in gradients.items() if each.is_sparse],
        "languages": list(zip(*(each.to_pylist() for each in languages), strict=True)),
        "excluded": int(batch.excluded.sum()),
    }


@pytest.fixture(scope="module")
def alone(xlm_roberta: Path, judged: Path) -> list[dict[str, Any]]:
    return steps_of(xlm_roberta, judged)


@pytest.fixture(scope="module", params=[2, 4])
def together(request: pytest.FixtureRequest, xlm_roberta: Path, judged: Path) -> list[list[dict[str, Any]]]:
    return run_workers(request.param, steps_of, xlm_roberta, judged)


def test_loss_and_gradients_are_those_of_one_process(
    alone: list[dict[str, Any]], together: list[list[dict[str, Any]]]
) -> None:
    """With two hard negatives, masks that matter, both directions of the loss, and gradient caching or none."""
    assert sum(step["excluded"] > 0 for step in alone) >= 3
    for worker in together:
        for own, expected in zip(worker, alone, strict=True):
            assert own["loss"] == pytest.approx(expected["loss"], abs=1e-6)
            assert own["gradients"].keys() == expected["gradients"].keys()
            assert own["sparse"] == expected["sparse"] == ["0.model.embeddings.word_embeddings.weight"]
            for name, gradient in expected["gradients"].items():
                np.testing.assert_allclose(own["gradients"][name], gradient, rtol=1e-9, atol=1e-12, err_msg=name)


def test_workers_hold_the_same_gradients_to_the_bit(together: list[list[dict[str, Any]]]) -> None:
    first, *others = together
    for worker in others:
        for own, expected in zip(worker, first, strict=True):
            for name, gradient in expected["gradients"].items():
                np.testing.assert_array_equal(own["gradients"][name], gradient, err_msg=name)


def test_every_step_is_of_one_kind_over_all_workers(together: list[list[dict[str, Any]]]) -> None:
    kinds = set()
    for step in range(STEPS):
        pairs = [pair for worker in together for pair in worker[step]["languages"]]
        assert len(pairs) == BATCH
        is_monolingual = len({language for pair in pairs for language in pair}) == 1
        assert is_monolingual or all(query != passage for query, passage in pairs)
        kinds.add(is_monolingual)
    assert kinds == {True, False}


class Uneven(nn.Module):
    """Weights that workers use unlike one another."""

    def __init__(self) -> None:
        super().__init__()
        self.everywhere = nn.Parameter(torch.ones(2, 3))
        self.in_second = nn.Parameter(torch.ones(4))
        self.nowhere = nn.Parameter(torch.ones(5))
        self.precise = nn.Parameter(torch.ones(2, dtype=torch.float64))
        self.frozen = nn.Parameter(torch.ones(2), requires_grad=False)
        self.tokens = nn.Embedding(50, 2, sparse=True)
        self.untouched = nn.Embedding(6, 2, sparse=True)


ROWS = ([3, 3, 7], [], [7, 0, 49, 48, 47], [1])


def uneven_gradients() -> tuple[dict[str, NDArray | None], list[int], int, list[float]]:
    """Gradients after the exchange, with the sizes of the all-reduces and the number of touched rows."""
    rank = PartialState().process_index
    model, sizes, reduce = Uneven(), [], dist.all_reduce
    loss = (rank + 1) * model.everywhere.sum() + (rank + 1) * model.precise.sum()
    if rank == 1:
        loss = loss + model.in_second.sum()
    if ROWS[rank]:
        loss = loss + (rank + 1) * model.tokens(torch.tensor(ROWS[rank])).sum()
    loss.backward()

    def counting(buffer: torch.Tensor, *arguments: Any) -> None:
        sizes.append(buffer.numel())
        reduce(buffer, *arguments)

    dist.all_reduce = counting
    mean = average_gradients(model, torch.tensor([float(rank), 1.0]))
    touched = model.tokens.weight.grad.coalesce().indices().shape[1]
    gradients = {name: weight.grad for name, weight in model.named_parameters()}
    found = {name: None if each is None else each.to_dense().numpy() for name, each in gradients.items()}
    return found, sizes, touched, mean.tolist()


@pytest.mark.parametrize("world", [2, 4])
def test_weights_that_workers_use_unlike_one_another_are_averaged_in_one_exchange(world: int) -> None:
    tokens = np.zeros((50, 2))
    for rank, rows in enumerate(ROWS[:world]):
        np.add.at(tokens, rows, rank + 1)
    for found, sizes, touched, mean in run_workers(world, uneven_gradients):
        np.testing.assert_allclose(found["everywhere"], np.full((2, 3), (world + 1) / 2))
        np.testing.assert_allclose(found["precise"], np.full(2, (world + 1) / 2))
        np.testing.assert_allclose(found["in_second"], np.full(4, 1 / world))
        np.testing.assert_allclose(found["tokens.weight"], tokens / world, rtol=1e-6)
        assert found["nowhere"] is found["frozen"] is found["untouched.weight"] is None
        assert touched == len({row for rows in ROWS[:world] for row in rows})
        assert len(sizes) == 2  # one for each dtype
        assert mean == pytest.approx([(world - 1) / 2, 1.0])


def seconds_of_waiting() -> float:
    dist.barrier()  # the first worker holds the store in which the others find each other, and must not be gone before
    backend = dist.distributed_c10d._get_default_group()._get_backend(torch.device("cpu"))
    return backend.options._timeout.total_seconds()


def test_workers_wait_for_hours_for_what_the_first_does_alone() -> None:
    assert run_workers(2, seconds_of_waiting) == [24 * 3600] * 2


def weights_after_broadcast() -> list[NDArray]:
    rank = PartialState().process_index
    torch.manual_seed(rank)
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    model[1].running_mean += rank
    broadcast_weights(model)
    return [value.numpy() for value in model.state_dict().values()]


def test_workers_start_from_the_weights_of_the_first() -> None:
    first, second = run_workers(2, weights_after_broadcast)
    torch.manual_seed(0)
    np.testing.assert_array_equal(first[0], nn.Linear(3, 2).weight.detach().numpy())
    for ours, theirs in zip(first, second, strict=True):
        np.testing.assert_array_equal(ours, theirs)
