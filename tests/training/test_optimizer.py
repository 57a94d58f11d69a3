"""Row-wise AdamW and gradient clipping against torch.optim.AdamW and torch.nn.utils.clip_grad_norm_."""

import copy
import io
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from transformers import Trainer, TrainingArguments

from isoglot.training import optimizer as optimizer_module
from isoglot.training.optimizer import RowwiseAdamW, clip_gradients

ROWS, WIDTH = 7, 5


def sparse_gradient(dense: torch.Tensor, rows: list[int]) -> torch.Tensor:
    """The given rows, each written as two uncoalesced halves."""
    indices = torch.tensor([rows + rows])
    values = torch.cat([dense[rows] * 0.25, dense[rows] * 0.75])
    return torch.sparse_coo_tensor(indices, values, dense.shape, check_invariants=True)


def table_and_layer(seed: int = 0) -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(seed)
    shapes = ((ROWS, WIDTH), (3, 4))
    return [nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]


def set_gradients(parameters: list[nn.Parameter], seed: int, rows: list[int] | None) -> None:
    """Random gradients; the table's is sparse over `rows`, or dense when None."""
    generator = torch.Generator().manual_seed(seed)
    table, layer = (torch.randn(parameter.shape, generator=generator) for parameter in parameters)
    parameters[0].grad = table if rows is None else sparse_gradient(table, rows)
    parameters[1].grad = layer


@pytest.mark.parametrize("block", [1, 3 * WIDTH, optimizer_module.BLOCK], ids=["row by row", "3 rows", "all rows"])
def test_equals_dense_adamw_when_every_row_is_touched(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimizer_module, "BLOCK", block)
    ours, theirs = table_and_layer(), table_and_layer()
    options = {"lr": 0.03, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1}
    rowwise, reference = RowwiseAdamW(ours, **options), torch.optim.AdamW(theirs, **options)
    for seed in range(5):
        set_gradients(ours, seed, list(reversed(range(ROWS))))
        set_gradients(theirs, seed, None)
        rowwise.step()
        reference.step()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-6)


@given(st.lists(st.sets(st.integers(0, ROWS - 1), min_size=1), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_untouched_rows_and_their_moments_never_move(touched: list[set[int]]) -> None:
    parameters = table_and_layer()
    before = parameters[0].detach().clone()
    optimizer = RowwiseAdamW(parameters, lr=0.1, weight_decay=0.5)
    for seed, rows in enumerate(touched):
        set_gradients(parameters, seed, sorted(rows))
        optimizer.step()
    moved = set.union(*touched)
    still = [row for row in range(ROWS) if row not in moved]
    state = optimizer.state[parameters[0]]
    assert torch.equal(parameters[0][still], before[still])
    assert not state["exp_avg"][still].any()
    assert not state["exp_avg_sq"][still].any()
    assert (parameters[0][sorted(moved)] != before[sorted(moved)]).all()


def test_late_row_is_corrected_by_the_global_step_count() -> None:
    table = nn.Parameter(torch.zeros(2, 1))
    optimizer = RowwiseAdamW([table], lr=1.0, betas=(0.9, 0.99), eps=0.0, weight_decay=0.0)
    for row in (0, 1):
        table.grad = torch.sparse_coo_tensor([[row]], [[2.0]], (2, 1), check_invariants=True)
        optimizer.step()
    # by hand for row 1: m = 0.2, v = 0.04, step 2: (0.2 / 0.19) / sqrt(0.04 / 0.0199)
    assert table[1].item() == pytest.approx(-(0.2 / 0.19) / (0.04 / 0.0199) ** 0.5, rel=1e-6)


def test_resuming_from_saved_state_is_exact() -> None:
    parameters = table_and_layer()
    optimizer = RowwiseAdamW(parameters, lr=0.02)
    set_gradients(parameters, 0, [1, 4])
    optimizer.step()
    saved = io.BytesIO()
    torch.save(optimizer.state_dict(), saved)
    saved.seek(0)
    resumed = copy.deepcopy(parameters)
    other = RowwiseAdamW(resumed, lr=9.0)
    other.load_state_dict(torch.load(saved, weights_only=True))
    for run, stepper in ((parameters, optimizer), (resumed, other)):
        for seed in (1, 2):
            set_gradients(run, seed, [0, 4])
            stepper.step()
    assert all(torch.equal(mine, theirs) for mine, theirs in zip(parameters, resumed, strict=True))


def test_learning_rate_schedule_is_followed() -> None:
    parameters = table_and_layer()
    optimizer = RowwiseAdamW(parameters, lr=0.1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: float(step > 0))
    before = [parameter.detach().clone() for parameter in parameters]
    set_gradients(parameters, 0, [2])
    optimizer.step()
    schedule.step()
    assert all(torch.equal(now, then) for now, then in zip(parameters, before, strict=True))
    optimizer.step()
    assert not torch.equal(parameters[0][2], before[0][2])


def test_closure_runs_once_before_the_update() -> None:
    table = nn.Parameter(torch.ones(3, 2))
    optimizer = RowwiseAdamW([table], lr=0.5, weight_decay=0.0)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.embedding(torch.tensor([2]), table, sparse=True).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 2.0
    torch.testing.assert_close(table.detach(), torch.tensor([[1.0, 1.0], [1.0, 1.0], [0.5, 0.5]]))


def test_gradients_are_kept_for_whoever_looks_after_the_step() -> None:
    parameters = table_and_layer()
    set_gradients(parameters, 0, [3])
    RowwiseAdamW(parameters).step()
    assert parameters[0].grad is not None
    assert parameters[0].grad.is_sparse


@pytest.mark.parametrize("max_norm", [0.5, 3.0, 1e6])
def test_clipping_equals_torch_on_dense_gradients(max_norm: float) -> None:
    ours, theirs = table_and_layer(), table_and_layer()
    set_gradients(ours, 3, list(range(ROWS)))
    set_gradients(theirs, 3, None)
    norm = clip_gradients(iter(ours), max_norm)
    torch.testing.assert_close(norm, torch.nn.utils.clip_grad_norm_(theirs, max_norm))
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.grad is not None
        torch.testing.assert_close(mine.grad.to_dense(), other.grad)


def test_clipping_skips_parameters_without_gradient() -> None:
    parameters = table_and_layer()
    assert clip_gradients(parameters, 1.0).item() == 0.0


class Tiny(nn.Module):
    """A table with sparse gradients and a dense layer, as the Trainer wants them."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.table = nn.Embedding(30, 4, sparse=True)
        self.layer = nn.Linear(4, 2)

    def forward(self, input_ids: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"loss": nn.functional.cross_entropy(self.layer(self.table(input_ids).mean(1)), labels)}


class SparseTrainer(Trainer):
    """The Trainer with the one step that torch has not for sparse gradients: their norm."""

    def _clip_grad_norm(self, model: nn.Module) -> torch.Tensor:
        return clip_gradients(model.parameters(), self.args.max_grad_norm)


def run_trainer(folder: Path, resume: bool) -> Tiny:
    """Four steps with a linear schedule, from the start or from the checkpoint after two."""
    examples = [{"input_ids": [n % 20, (n * 7) % 20], "labels": n % 2} for n in range(16)]
    arguments = TrainingArguments(
        str(folder), max_steps=4, per_device_train_batch_size=4, learning_rate=0.1, max_grad_norm=0.5, save_steps=2,
        save_strategy="steps", report_to=[], disable_tqdm=True, use_cpu=True, logging_strategy="no",
    )  # fmt: skip
    model = Tiny()
    trainer = SparseTrainer(
        model, arguments, train_dataset=examples, optimizer_cls_and_kwargs=(RowwiseAdamW, {"weight_decay": 0.01})
    )
    trainer.train(resume_from_checkpoint=str(folder / "checkpoint-2") if resume else None)
    return model


def test_trainer_resumes_exactly_and_leaves_unseen_rows(tmp_path: Path) -> None:
    whole = run_trainer(tmp_path, resume=False)
    resumed = run_trainer(tmp_path, resume=True)
    assert torch.equal(whole.table.weight[20:], Tiny().table.weight[20:])
    assert not torch.equal(whole.table.weight[:20], Tiny().table.weight[:20])
    assert all(torch.equal(mine, theirs) for mine, theirs in zip(whole.parameters(), resumed.parameters(), strict=True))
