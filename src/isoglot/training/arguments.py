"""A recipe in the words of the trainer."""

from pathlib import Path

import torch
from sentence_transformers import SentenceTransformerTrainingArguments

from isoglot.training.adapt.rates import parse_rates
from isoglot.training.recipe import Recipe


def arguments_of(recipe: Recipe, checkpoints: Path, *, has_dev: bool) -> SentenceTransformerTrainingArguments:
    """The arguments of the trainer.

    Args:
        recipe: what to train.
        checkpoints: where checkpoints go.
        has_dev: whether there is a dev collection to choose them by.
    """
    strategy = "steps" if has_dev else "no"
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(checkpoints),
        max_steps=recipe.steps,
        learning_rate=recipe.learning_rate,
        learning_rate_mapping=parse_rates(recipe.learning_rates),
        weight_decay=recipe.weight_decay,
        warmup_steps=recipe.warmup,
        lr_scheduler_type=recipe.scheduler,
        max_grad_norm=recipe.max_gradient_norm,
        bf16=recipe.bf16,
        seed=recipe.seed,
        eval_strategy=strategy,
        eval_steps=recipe.eval_steps,
        save_strategy="steps",
        save_steps=recipe.eval_steps,
        restore_callback_states_from_checkpoint=True,
        load_best_model_at_end=has_dev,
        metric_for_best_model="eval_score" if has_dev else None,
        greater_is_better=True,
        logging_steps=max(1, min(10, recipe.steps // 20)),
        logging_nan_inf_filter=False,  # such a number ends the training
        disable_tqdm=True,
        dataloader_drop_last=True,  # every batch is full; this only spares a warning
        report_to=recipe.report_to,
        use_cpu=not torch.cuda.is_available(),
    )
    arguments.per_device_train_batch_size = recipe.batch_size // arguments.world_size
    return arguments
