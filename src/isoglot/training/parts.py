"""The parts of a training that a recipe names: plan, student, teacher, objective."""

import sys

from sentence_transformers import SentenceTransformer

from isoglot.batches import Plan, first_steps, strategy_named
from isoglot.data import Collection
from isoglot.models.load import load_model
from isoglot.models.store import EmbeddingStore
from isoglot.training.adapt.freeze import freeze_layers
from isoglot.training.adapt.lora import add_lora
from isoglot.training.compiling import compile_encoder
from isoglot.training.loss import Objective
from isoglot.training.reading.rows import RowsByRole
from isoglot.training.recipe import Recipe
from isoglot.training.rowwise import make_rowwise
from isoglot.training.teacher import Teacher


def plan_of(recipe: Recipe, train_parts: list[Collection]) -> Plan:
    """The batches of a recipe.

    Raises:
        RequestError: the strategy, the curriculum or a collection does not fit.
    """
    names = [part.name for part in train_parts]
    return Plan(
        train_parts,
        strategy_named(recipe.strategy, recipe.alpha, recipe.alpha_end, recipe.steps),
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        gamma=recipe.gamma,
        language_weights=recipe.language_weights,
        language_temperature=recipe.language_temperature,
        first_steps=None if recipe.curriculum is None else first_steps(recipe.curriculum, names, recipe.steps),
        negatives=recipe.negatives,
        foreign_negatives=recipe.foreign_negatives,
        versions=sys.maxsize if recipe.multi_positives else 0,
    )


def student_of(recipe: Recipe, train_parts: list[Collection]) -> SentenceTransformer:
    """The start model, with what of it shall learn."""
    model = load_model(
        recipe.model,
        pooling=recipe.pooling,
        query_prompt=recipe.query_prompt,
        passage_prompt=recipe.passage_prompt,
        max_length=recipe.max_length,
        texts=lambda: (text for part in train_parts for text in part.texts),
        seed=recipe.seed,
    )
    if recipe.lora_rank:
        add_lora(model, recipe.lora_rank)
    freeze_layers(model, recipe.freeze)
    make_rowwise(model, rowwise=recipe.rowwise_embeddings)
    if recipe.compile:
        compile_encoder(model)
    return model


def teacher_of(recipe: Recipe, train_parts: list[Collection], rows: list[RowsByRole]) -> Teacher | None:
    """The teacher that a recipe names, with its vectors of what the batches hold."""
    if recipe.teacher is None:
        return None
    name, model = recipe.teacher, load_model(recipe.teacher, pooling=recipe.pooling)
    return Teacher(
        model,
        train_parts,
        rows,
        language=recipe.teacher_language,
        store=EmbeddingStore(model_name=name),
        progress=sys.stderr.isatty(),
    )


def objective_of(recipe: Recipe, model: SentenceTransformer, teacher: Teacher | None) -> Objective:
    """What is minimised.

    Raises:
        RequestError: the model or the teacher has too few dimensions for it.
    """
    objective = Objective(
        recipe.temperature,
        symmetric=recipe.symmetric,
        distill=recipe.distill,
        distill_weight=recipe.distill_weight,
        dimensions=recipe.matryoshka,
    )
    dimensions = model.get_embedding_dimension()
    assert dimensions is not None
    objective.check(dimensions, None if teacher is None else teacher.dimensions)
    return objective
