"""Recipes: defaults, file and flags in that order, and one sentence for everything that is wrong."""

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import yaml

from isoglot.batches import strategy_named
from isoglot.errors import RequestError
from isoglot.training.recipe import Recipe, StrategyName, read_recipe, write_recipe


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "recipe.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path: Path | None, **flags: Any) -> str:
    with pytest.raises(RequestError) as caught:
        read_recipe(path, flags)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert "pydantic" not in sentence
    return sentence


def test_defaults_are_the_papers_where_it_says() -> None:
    recipe = Recipe()
    assert (recipe.batch_size, recipe.weight_decay, recipe.learning_rate, recipe.alpha) == (100, 0.01, 3e-5, 0.5)
    assert (recipe.strategy, recipe.gamma, recipe.language_weights) == ("hybrid", 1.0, "uniform")


def test_flags_win_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    path = written(tmp_path, "alpha: 0.25\nsteps: 7\nquery_prompt: 'ask: '\nsymmetric: true\n")
    recipe = read_recipe(path, {"steps": 9, "query_prompt": "", "symmetric": False})
    assert (recipe.alpha, recipe.steps, recipe.query_prompt, recipe.symmetric) == (0.25, 9, "", False)
    assert recipe.temperature == Recipe().temperature


@pytest.mark.parametrize("text", ["", "# nothing but a remark\n", "---\n"])
def test_empty_file_is_all_defaults(tmp_path: Path, text: str) -> None:
    assert read_recipe(written(tmp_path, text), {}) == Recipe()


def test_written_recipe_reads_back_equal(tmp_path: Path) -> None:
    recipe = Recipe(languages=["de", "zh-Hant"], query_prompt="สอบถาม: ", passage_prompt="", patience=3, max_length=64)
    text = write_recipe(recipe)
    assert read_recipe(written(tmp_path, text), {}) == recipe
    assert set(yaml.safe_load(text)) == set(Recipe.model_fields)
    assert "สอบถาม" in text


def test_learning_rate_without_a_point_is_a_number(tmp_path: Path) -> None:
    assert read_recipe(written(tmp_path, "learning_rate: 3e-5\n"), {}).learning_rate == 3e-5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("alpha", 1.5),
        ("alpha", -0.1),
        ("alpha", float("nan")),
        ("temperature", 0),
        ("temperature", -1.0),
        ("temperature", float("inf")),
        ("learning_rate", float("inf")),
        ("batch_size", 1),
        ("steps", 0),
        ("learning_rate", 0.0),
        ("gamma", -1),
        ("warmup", 2.0),
        ("negatives", -1),
        ("eval_steps", 0),
        ("patience", 0),
        ("max_length", 0),
        ("seed", -1),
        ("strategy", "hybird"),
        ("steps", "many"),
        ("steps", 2.5),
        ("train", 3),
        ("train", []),
        ("languages", [1]),
        ("languages", []),
        ("model", None),
        ("query_prompt", 3),
    ],
)
def test_wrong_value_is_named_with_its_field(field: str, value: Any) -> None:
    sentence = refusal(None, **{field: value})
    assert field.replace("_", " ") in sentence
    assert repr(value[0] if value and isinstance(value, list) else value) in sentence


def test_unknown_field_is_named_with_the_nearest(tmp_path: Path) -> None:
    sentence = refusal(written(tmp_path, "learning_rat: 1\n"))
    assert "'learning_rat'" in sentence
    assert "did you mean 'learning_rate'" in sentence


def test_strategy_error_says_which_there_are() -> None:
    assert "'cross-lingual'" in refusal(None, strategy="hybird")


def test_a_field_that_is_no_string_is_refused(tmp_path: Path) -> None:
    assert "12" in refusal(written(tmp_path, "12: 3\n"))


def test_patience_without_dev_topics_is_refused() -> None:
    assert "dev" in refusal(None, patience=2, dev_topics=0)


@pytest.mark.parametrize(
    ("fields", "needed"),
    [
        ({"foreign_negatives": 0.5}, "give negatives too"),
        ({"distill": "vectors"}, "needs a teacher"),
        ({"teacher_language": "en"}, "needs a teacher"),
        ({"distill_weight": 2.0}, "distill weight 2.0 needs a teacher"),
        ({"language_temperature": 3.0}, "language weights size"),
    ],
)
def test_what_would_be_without_effect_is_refused(fields: dict[str, object], needed: str) -> None:
    assert needed in refusal(None, **fields)
    needs = {"negatives": 1, "teacher": "isoglot/static", "language_weights": "size"}
    assert Recipe.model_validate(fields | needs)


@pytest.mark.parametrize("strategy", get_args(StrategyName))
def test_an_alpha_at_the_end_is_for_strategies_that_it_changes(strategy: str) -> None:
    first, last = (strategy_named(strategy, alpha)(0)(np.ones(2) / 2, np.random.default_rng(0)) for alpha in (1.0, 0.0))
    if np.array_equal(first, last):
        assert f"{strategy} batches have no alpha" in refusal(None, strategy=strategy, alpha_end=0.0)
    else:
        assert read_recipe(None, {"strategy": strategy, "alpha_end": 0.0}).alpha_end == 0.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alpha: [1", "is not YAML"),
        ("\talpha: 1", "is not YAML"),
        (b"\xff\xfe\x00alpha", "is not YAML"),
        ("- alpha\n- steps\n", "is not a recipe"),
        ("only words", "is not a recipe"),
        ("3", "is not a recipe"),
        ("false", "is not a recipe"),
        ("a: !!python/object/apply:os.getcwd []\n", "is not YAML"),
    ],
)
def test_file_of_another_kind_is_refused(tmp_path: Path, text: str | bytes, said: str) -> None:
    path = written(tmp_path, text)
    sentence = refusal(path)
    assert said in sentence
    assert str(path) in sentence


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    assert str(tmp_path / "no.yaml") in refusal(tmp_path / "no.yaml")
    assert str(tmp_path) in refusal(tmp_path)
