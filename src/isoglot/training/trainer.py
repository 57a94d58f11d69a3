"""sentence-transformers' trainer fed by a plan: step k trains on the plan's batch k, whatever happened before."""

from dataclasses import fields, replace
from functools import partial
from operator import itemgetter
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from transformers import Trainer

from isoglot.batches import Batch, Plan
from isoglot.training.adapt.rates import parameter_groups
from isoglot.training.callbacks import StepClock, StopOnSignal
from isoglot.training.checkpoints import CheckpointedTrainer
from isoglot.training.failures import check_finite
from isoglot.training.optimizer import RowwiseAdamW, clip_gradients
from isoglot.training.reading import ReadAhead, Share
from isoglot.training.reduce import average_gradients, broadcast_weights
from isoglot.training.step import loss_with_gradients, seed_generators, step_seed


class PlannedSteps(Dataset[Batch]):
    """This worker's share of every step's global batch; item k belongs to step k."""

    def __init__(self, plan: Plan, steps: int, rank: int = 0, world_size: int = 1) -> None:
        self.plan, self.steps, self.rank, self.world_size = plan, steps, rank, world_size

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, step: int) -> Batch:
        return self.plan.batch(step).share(self.rank, self.world_size)


class PlanTrainer(CheckpointedTrainer):
    """The trainer with the batches of a plan, and an optimizer that updates touched token rows only.

    Args:
        chunk_tokens: see `loss_with_gradients`.
        options: of `SentenceTransformerTrainer`.
    """

    def __init__(self, *, chunk_tokens: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.chunk_tokens = chunk_tokens
        self.stop, self.clock = StopOnSignal(), StepClock()
        self.add_callback(self.stop)
        self.add_callback(self.clock)

    def get_train_dataloader(self) -> DataLoader[Batch]:
        """One item a step, already cut for this worker, read while the step before is computed."""
        read = ReadAhead(lambda step: self.data_collator([self.train_dataset[step]]), len(self.train_dataset))
        return DataLoader(read, batch_size=1, shuffle=False, collate_fn=itemgetter(0))

    def get_batch_samples(self, *arguments: Any) -> tuple[list[dict[str, Share]], None]:
        """What the next step reads, while the clock runs."""
        with self.clock.waiting():
            return super().get_batch_samples(*arguments)

    def preprocess_dataset(self, dataset: PlannedSteps, dataset_name: str | None = None) -> PlannedSteps:  # noqa: ARG002
        """A plan has no columns to check."""
        return dataset

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """Nothing to collect: `training.json` beside the model says what it was trained on."""

    def create_accelerator_and_postprocess(self) -> None:
        """Keep the model as it is on several workers: `training_step` exchanges the gradients itself, once."""
        super().create_accelerator_and_postprocess()
        self.accelerator.prepare_model = partial(self.accelerator.prepare_model, evaluation_mode=True)

    def _prepare_for_training(self, *arguments: Any) -> tuple[torch.nn.Module, DataLoader[Batch]]:
        prepared = super()._prepare_for_training(*arguments)
        broadcast_weights(self.model)
        return prepared

    def training_step(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Share],
        num_items_in_batch: Tensor | int | None = None,  # noqa: ARG002
    ) -> Tensor:
        """The loss of the global batch, and its gradients."""
        model.train()
        seed_generators(step_seed(self.args.seed, self.state.global_step, self.args.process_index))
        share = self._on_device(inputs["share"])
        loss = loss_with_gradients(self._encode, self.loss, share, chunk_tokens=self.chunk_tokens)
        own = torch.stack([loss.float(), loss.new_tensor(self.stop.requested, dtype=torch.float32)])
        self.agreed = average_gradients(self.model, own)
        return self.agreed[0]

    def _on_device(self, share: Share) -> Share:
        labels = {field.name: self._prepare_input(getattr(share.labels, field.name)) for field in fields(share.labels)}
        return replace(share, labels=replace(share.labels, **labels))

    def _encode(self, features: dict[str, Any]) -> Tensor:
        with self.compute_loss_context_manager():
            return self.model(self._prepare_inputs(features))["sentence_embedding"]

    def get_optimizer_cls_and_kwargs(self, args: Any, model: Any = None) -> tuple[Any, dict[str, Any]]:  # noqa: ARG002
        """AdamW as the arguments say, row-wise where gradients are sparse, with learning rates by name."""
        _, options = Trainer.get_optimizer_cls_and_kwargs(args)  # the nearer base class groups the loss's parameters
        options.pop("fused", None)
        decayed = self.get_decay_parameter_names(self.model)
        rates = args.learning_rate_mapping
        groups = parameter_groups(self.model.named_parameters(), decayed, args.weight_decay, rates)
        return RowwiseAdamW, {**options, "optimizer_dict": groups}

    def _clip_grad_norm(self, model: torch.nn.Module) -> Tensor:
        return clip_gradients(model.parameters(), self.args.max_grad_norm)

    def _get_grad_norm(self, model: torch.nn.Module, grad_norm: Tensor | None = None) -> float:
        """The norm before clipping; called in every step before the optimizer moves a weight."""
        norm = clip_gradients(model.parameters(), float("inf")) if grad_norm is None else grad_norm
        loss, stop, value = torch.cat([self.agreed, norm.to(self.agreed).view(1)]).tolist()
        self.stop.agreed = stop > 0
        check_finite(self.state.global_step + 1, loss, value)
        return value

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log, with what trackers should know besides: how fast steps were, and how long they waited for data."""
        own: dict[str, float] = {}
        if "loss" in logs:
            share, steps_per_second = self.clock.lap()
            batch = self.args.per_device_train_batch_size * self.args.world_size
            own = {"wait_share": share, "examples_per_second": round(batch * steps_per_second, 1)}
        super().log({**logs, **own}, start_time)
