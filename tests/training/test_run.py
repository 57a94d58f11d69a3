"""The folder of a run: refused, replaced, resumed or left alone; and what a run is trained and chosen on."""

import json
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection, storage
from isoglot.errors import IsoglotError, RequestError
from isoglot.training.recipe import Recipe
from isoglot.training.record import differences, training_records
from isoglot.training.run import train
from isoglot.training.setup import open_training_collections
from toys import parallel_qa_rows, write_parallel_qa
from training.workers import at_steps

Recipes = Callable[..., Recipe]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(recipe: Recipe, out: Path, *, overwrite: bool = False) -> IsoglotError:
    with pytest.raises(IsoglotError) as caught:
        train(recipe, out, overwrite=overwrite)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("told", [True, False])
def test_one_worker_where_a_launcher_was_asked_for_several_is_told(
    told: bool,
    toy_recipe: Recipes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`accelerate launch --cpu --num_processes 2` sets these two variables and starts one process."""
    if told:
        monkeypatch.setenv("ACCELERATE_USE_CPU", "True")
    monkeypatch.setenv("MASTER_PORT", "29500")
    train(toy_recipe(steps=1), tmp_path / "out")
    assert ("Training with one worker:" in capsys.readouterr().err) is told


@pytest.fixture
def finished(toy_recipe: Recipes, tmp_path: Path) -> Path:
    """The folder of a finished run of two steps."""
    train(toy_recipe(steps=2), tmp_path / "out")
    return tmp_path / "out"


def failing_in(step: int) -> Callable[[int], None]:
    """For `at_steps`: a step, counted from 0, fails."""

    def fail(now: int) -> None:
        if now == step:
            raise RuntimeError("the disk is gone")

    return fail


def test_finished_folder_is_a_plain_model_that_says_how_it_was_made(toy_recipe: Recipes, finished: Path) -> None:
    recipe = toy_recipe(steps=2)
    assert SentenceTransformer(str(finished)).encode(["river 37"]).shape == (1, 256)
    assert Recipe(**yaml.safe_load((finished / "recipe.yaml").read_text())) == recipe
    record = json.loads((finished / "training.json").read_text())
    assert record["recipe"] == recipe.model_dump()
    assert record["collections"][0]["topics"] == 32
    assert [path.name for path in finished.parent.iterdir()] == ["out"]


def test_finished_run_is_refused_untouched_without_overwrite(toy_recipe: Recipes, finished: Path) -> None:
    before = files(finished)
    error = refusal(toy_recipe(steps=3), finished)
    assert isinstance(error, RequestError)
    assert "--overwrite" in str(error)
    assert files(finished) == before


def test_finished_run_is_replaced_whole_with_overwrite(toy_recipe: Recipes, finished: Path) -> None:
    (finished / "left-over.txt").write_text("from the first run")
    train(toy_recipe(steps=3), finished, overwrite=True)
    assert json.loads((finished / "training.json").read_text())["recipe"]["steps"] == 3
    assert not (finished / "left-over.txt").exists()
    assert [path.name for path in finished.parent.iterdir()] == ["out"]


def test_failed_replacement_leaves_the_finished_run(toy_recipe: Recipes, finished: Path) -> None:
    before = files(finished)
    refusal(toy_recipe(model="isoglot/statik"), finished, overwrite=True)
    assert files(finished) == before
    assert [path.name for path in finished.parent.iterdir()] == ["out"]


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("holds", ["notes.txt", "modules.json", "scores.json", "recipe.yaml"])
def test_folder_that_holds_something_else_is_never_touched(
    holds: str, overwrite: bool, toy_recipe: Recipes, tmp_path: Path
) -> None:
    """modules.json alone is a model that came from elsewhere: nothing of ours to replace."""
    out = tmp_path / "out"
    out.mkdir()
    (out / holds).write_text("[]")
    assert isinstance(refusal(toy_recipe(), out, overwrite=overwrite), RequestError)
    assert files(tmp_path) == {f"out/{holds}": b"[]"}


def test_file_in_the_way_is_refused(toy_recipe: Recipes, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    assert isinstance(refusal(toy_recipe(), tmp_path / "out", overwrite=True), RequestError)
    assert files(tmp_path) == {"out": b"a file"}


def test_empty_folder_is_filled(toy_recipe: Recipes, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    train(toy_recipe(steps=2), tmp_path / "out")
    assert (tmp_path / "out" / "modules.json").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.fixture
def unfinished(toy_recipe: Recipes, tmp_path: Path) -> Path:
    """The output folder of a run that failed in its third step, after a checkpoint."""
    with at_steps(failing_in(3)), pytest.raises(RuntimeError, match="the disk is gone"):
        train(toy_recipe(), tmp_path / "out")
    assert (tmp_path / ".out.partial").is_dir()
    return tmp_path / "out"


def test_unfinished_run_of_another_recipe_is_refused_and_kept(toy_recipe: Recipes, unfinished: Path) -> None:
    before = files(unfinished.parent)
    error = refusal(toy_recipe(seed=1, temperature=0.1), unfinished)
    assert isinstance(error, RequestError)
    assert "unfinished run of another recipe: temperature is 0.05 there and 0.1 here, seed is 0 there and" in str(error)
    assert files(unfinished.parent) == before


def test_unfinished_run_on_another_corpus_of_the_same_name_is_refused(
    toy_recipe: Recipes, corpus: str, unfinished: Path, tmp_path: Path
) -> None:
    original = Path(corpus).read_text()
    write_parallel_qa(Path(corpus), 39)
    try:
        assert re.search(
            r"training content of toy is '32 topics, \w+' there and '31", str(refusal(toy_recipe(), unfinished))
        )
    finally:
        Path(corpus).write_text(original)


@pytest.mark.parametrize("role", ["model", "teacher"])
def test_unfinished_run_with_another_model_in_the_same_folder_is_refused(
    role: str, toy_recipe: Recipes, finished: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "start"
    shutil.copytree(finished, folder)
    recipe = toy_recipe(seed=2, **{role: str(folder)})
    with at_steps(failing_in(3)), pytest.raises(RuntimeError, match="the disk is gone"):
        train(recipe, tmp_path / "next")
    weights = load_file(folder / "model.safetensors")
    save_file({name: value + 1 for name, value in weights.items()}, folder / "model.safetensors")
    assert re.search(
        rf"recipe: content of the {role} is '\w+' there and '\w+' here;", str(refusal(recipe, tmp_path / "next"))
    )
    save_file(weights, folder / "model.safetensors")
    (folder / "README.md").write_text("Another card.")
    train(recipe, tmp_path / "next")


@pytest.mark.parametrize("record", ['{"recipe": {', "null", '{"loss": 0.1}'])
def test_unfinished_run_with_a_damaged_record_is_refused_and_kept(
    record: str, toy_recipe: Recipes, unfinished: Path
) -> None:
    (unfinished.parent / ".out.partial" / "training.json").write_text(record)
    before = files(unfinished.parent)
    assert "what it trains is not known; finish that one, or add --overwrite" in str(refusal(toy_recipe(), unfinished))
    assert files(unfinished.parent) == before


@pytest.mark.parametrize("text", ["", "{", "[]", '"text"', '{"loss": 0.1}'])
def test_no_training_is_known_from_a_record_of_something_else(text: str, tmp_path: Path) -> None:
    (tmp_path / "training.json").write_text(text)
    assert training_records(tmp_path) == training_records(tmp_path / "nowhere") == []


def test_a_file_in_the_place_of_the_unfinished_run_is_refused(toy_recipe: Recipes, tmp_path: Path) -> None:
    (tmp_path / ".out.partial").write_text("left by a kill")
    assert "what it trains is not known" in str(refusal(toy_recipe(), tmp_path / "out"))


def test_collections_of_one_name_are_told_apart() -> None:
    def record(*contents: str) -> dict[str, Any]:
        parts = [{"name": "toy", "topics": 32, "content_hash": content} for content in contents]
        return {"recipe": {}, "collections": parts, "dev": parts[:1]}

    assert differences(record("one", "two"), record("one", "two")) == ""
    assert "training content of toy is '32 topics, one; 32 topics, two' there" in differences(
        record("one", "two"), record("three", "two")
    )


def test_run_goes_on_in_less_memory(toy_recipe: Recipes, unfinished: Path) -> None:
    train(toy_recipe(chunk_tokens=40), unfinished)
    record = json.loads((unfinished / "training.json").read_text())
    assert (record["first_step"], record["recipe"]["chunk_tokens"]) == (2, 40)


def test_unfinished_run_goes_on_or_is_dropped_with_overwrite(
    toy_recipe: Recipes, unfinished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(toy_recipe(seed=1, steps=2), unfinished, overwrite=True)
    assert "Going on" not in capsys.readouterr().err
    assert json.loads((unfinished / "training.json").read_text())["recipe"]["seed"] == 1
    assert [path.name for path in unfinished.parent.iterdir()] == ["out"]


def test_resumed_run_says_where_it_goes_on(
    toy_recipe: Recipes, unfinished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(toy_recipe(), unfinished)
    assert "Going on from the checkpoint at step 2." in capsys.readouterr().err


def test_failure_before_the_first_checkpoint_leaves_nothing(toy_recipe: Recipes, tmp_path: Path) -> None:
    with at_steps(failing_in(1)), pytest.raises(RuntimeError, match="the disk is gone"):
        train(toy_recipe(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_failure_gives_back_the_signals(toy_recipe: Recipes, tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with at_steps(failing_in(1)), pytest.raises(RuntimeError, match="the disk is gone"):
        train(toy_recipe(), tmp_path / "out")
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "isoglot/statik"}, "isoglot/static"),
        ({"model": "/no/such/model"}, "/no/such/model"),
        ({"batch_size": 33}, "32"),
        ({"batch_size": 40}, "32"),
        ({"dev_topics": 40}, "40"),
        ({"train": ["worldfact/train"]}, "worldfacts/train"),
        ({"train": ["/no/such/file.jsonl"]}, "/no/such/file.jsonl"),
        ({"languages": ["en", "el"]}, "'el'"),
        ({"languages": ["eng"]}, "'eng'"),
        ({"languages": ["en"], "strategy": "cross-lingual"}, "'en'"),
    ],
)
def test_failing_start_is_one_sentence_and_leaves_nothing(
    changes: dict[str, Any], said: str, toy_recipe: Recipes, tmp_path: Path
) -> None:
    error = refusal(toy_recipe(**changes), tmp_path / "out")
    assert isinstance(error, RequestError)
    assert said in str(error)
    assert list(tmp_path.iterdir()) == []


def test_evaluation_only_collection_is_never_trained_on(toy_recipe: Recipes, tmp_path: Path) -> None:
    rows = {"query_id": "q", "topic_id": "t", "language": "en", "text": "who?"}
    passage = {"passage_id": "p", "language": "en", "text": "nobody"}
    secret = Collection.from_rows(
        "secret", queries=[rows], passages=[passage], qrels=[{"topic_id": "t", "passage_id": "p"}], evaluation_only=True
    )  # fmt: skip
    storage.save(secret, tmp_path / "secret")
    error = refusal(toy_recipe(train=[str(tmp_path / "secret")]), tmp_path / "out")
    assert isinstance(error, RequestError)
    assert "evaluation only" in str(error)
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_dev_topics_are_multilingual_and_disjoint_from_training(corpus: str) -> None:
    (training,), (dev,) = open_training_collections(Recipe(train=[corpus], dev_topics=9))
    assert len(dev.topics) == 9
    assert len(training.topics) == 31
    assert set(dev.topics).isdisjoint(training.topics)
    for table, column in (("queries", "text"), ("passages", "passage_id"), ("passages", "parallel_id")):
        cut, rest = (getattr(part, table)[column].to_pylist() for part in (dev, training))
        assert set(cut).isdisjoint(rest)
    assert dev.languages == training.languages == ["de", "en", "fr"]
    assert dev.queries.num_rows == dev.passages.num_rows == 27


def test_topics_that_share_a_passage_stay_on_one_side(tmp_path: Path) -> None:
    rows = parallel_qa_rows(30)
    for number in range(0, 30, 2):
        rows[number]["parallel_id"] = rows[number + 1]["parallel_id"]
        rows[number]["text"] = {
            code: {**version, "passage": rows[number + 1]["text"][code]["passage"]}
            for code, version in rows[number]["text"].items()
        }
    path = tmp_path / "shared.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (training,), (dev,) = open_training_collections(Recipe(train=[str(path)], dev_topics=7))
    assert len(dev.topics) == 6
    assert set(dev.passages["parallel_id"].to_pylist()).isdisjoint(training.passages["parallel_id"].to_pylist())


def test_languages_are_cut_from_training_and_dev(corpus: str) -> None:
    (training,), (dev,) = open_training_collections(Recipe(train=[corpus], dev_topics=9, languages=["fr", "de"]))
    assert training.languages == dev.languages == ["de", "fr"]


def test_a_language_that_only_another_collection_has_is_fine(corpus: str, tmp_path: Path) -> None:
    greek = str(write_parallel_qa(tmp_path / "greek.jsonl", 20, ("en", "el")))
    parts, _ = open_training_collections(Recipe(train=[corpus, greek], dev_topics=2, languages=["en", "el"]))
    assert [part.languages for part in parts] == [["en"], ["el", "en"]]


def test_without_dev_topics_the_last_step_is_the_model(toy_recipe: Recipes, tmp_path: Path) -> None:
    train(toy_recipe(dev_topics=0), tmp_path / "out")
    record = json.loads((tmp_path / "out" / "training.json").read_text())
    assert record["collections"][0]["topics"] == 40
    assert not [entry for entry in record["log"] if "eval_score" in entry]
    assert [entry["step"] for entry in record["log"] if "loss" in entry] == [1, 2, 3, 4, 5, 6]
