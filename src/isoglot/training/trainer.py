"""sentence-transformers' trainer fed by a plan: step k trains on the plan's batch k, whatever happened before."""

from typing import Any

import torch
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from isoglot.batches import Batch, Plan
from isoglot.data import Collection
from isoglot.models.roles import Role, prompt_of
from isoglot.training.optimizer import RowwiseAdamW, clip_gradients


class PlannedSteps(Dataset[Batch]):
    """This worker's share of every step's global batch; item k belongs to step k."""

    def __init__(self, plan: Plan, steps: int, rank: int = 0, world_size: int = 1) -> None:
        self.plan, self.steps, self.rank, self.world_size = plan, steps, rank, world_size

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, step: int) -> Batch:
        return self.plan.batch(step).share(self.rank, self.world_size)


class BatchReader:
    """Turns the row numbers of a batch into the features that the trainer expects: query, passage, negative, label."""

    valid_label_columns = ("label",)

    def __init__(self, model: SentenceTransformer, collections: list[Collection]) -> None:
        self.model = model
        self.queries = [collection.query_texts for collection in collections]
        self.passages = [collection.passage_texts for collection in collections]

    def __call__(self, shares: list[Batch]) -> dict[str, Any]:
        """Read the one share of a step."""
        (share,) = shares
        queries, passages = self.queries[share.collection], self.passages[share.collection]
        features = {
            **self._features("query", "query", [queries[row] for row in share.queries]),
            **self._features("passage", "passage", [passages[row] for row in share.passages]),
            "label": torch.from_numpy(share.excluded),
        }
        if share.negatives.size:
            rows = torch.where(
                torch.from_numpy(share.negatives >= 0),
                torch.from_numpy(share.negatives),
                torch.from_numpy(share.passages)[:, None],
            )
            features |= self._features("negative", "passage", [passages[row] for row in rows.ravel()])
        return features

    def _features(self, column: str, role: Role, texts: list[str]) -> dict[str, Any]:
        features = self.model.preprocess(texts, prompt=prompt_of(self.model, role))
        return {f"{column}_{name}": value for name, value in features.items()}


class PlanTrainer(SentenceTransformerTrainer):
    """The trainer with the batches of a plan, and an optimizer that updates touched token rows only."""

    def get_train_dataloader(self) -> DataLoader[Batch]:
        """One item a step, already cut for this worker: nothing is left for accelerate to shard."""
        return DataLoader(self.train_dataset, batch_size=1, shuffle=False, collate_fn=self.data_collator)

    def preprocess_dataset(self, dataset: PlannedSteps, dataset_name: str | None = None) -> PlannedSteps:  # noqa: ARG002
        """A plan has no columns to check."""
        return dataset

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """Nothing to collect: `training.json` beside the model says what it was trained on."""

    def get_optimizer_cls_and_kwargs(self, args: Any, model: Any = None) -> tuple[Any, dict[str, Any]]:
        """AdamW as the arguments say, row-wise where gradients are sparse."""
        _, options = super().get_optimizer_cls_and_kwargs(args, model)
        options.pop("fused", None)
        return RowwiseAdamW, options

    def _clip_grad_norm(self, model: torch.nn.Module) -> Tensor:
        return clip_gradients(model.parameters(), self.args.max_grad_norm)

    def _get_grad_norm(self, model: torch.nn.Module, grad_norm: Tensor | None = None) -> Tensor:
        return clip_gradients(model.parameters(), float("inf")) if grad_norm is None else grad_norm
