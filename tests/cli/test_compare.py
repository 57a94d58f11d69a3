"""`isoglot compare` on evaluations of real models: the printed page, the JSON file, and wrong requests."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from isoglot.cli import main

Isoglot = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def evaluations(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three evaluations of one collection that differ in the query prompt, and one of another collection."""
    folder = tmp_path_factory.mktemp("evaluations")
    shorter = folder / "shorter.jsonl"
    shorter.write_text("".join(corpus.read_text().splitlines(keepends=True)[:20]))
    for name, prompt, collection in (
        ("a", "", corpus),
        ("b", "which ", corpus),
        ("c", "river ", corpus),
        ("d", "", shorter),
    ):
        with pytest.raises(SystemExit, match=r"^0$"):
            main(["evaluate", "isoglot/static", str(collection), "--query-prompt", prompt, "--out", str(folder / name)])
    return folder


def test_compare_prints_all_settings_and_writes_the_reported_differences(
    isoglot: Isoglot, evaluations: Path, tmp_path: Path
) -> None:
    arguments = ("compare", f"plain={evaluations}/a", f"prompted={evaluations}/b,{evaluations}/c", "--resamples", "200")
    code, out, err = isoglot(*arguments, "--out", tmp_path / "one.json")
    assert (code, err) == (0, "")
    assert "prompted against base plain on" in out
    assert max(map(len, out.splitlines())) <= 100
    found = json.loads((tmp_path / "one.json").read_text())
    scores = {name: json.loads((evaluations / name / "scores.json").read_text()) for name in "abc"}
    rows = [(each["setting"], each["measure"]) for each in found["comparisons"]]
    settings = ("monolingual", "cross-lingual", "multilingual")
    assert rows == [*((setting, "AP") for setting in settings), ("multilingual", "RD")]
    for each in found["comparisons"]:
        a, b, c = (
            scores[name]["bias"]["RD"] if each["measure"] == "RD" else scores[name]["settings"][each["setting"]]["AP"]
            for name in "abc"
        )
        assert each["base_mean"] == pytest.approx(a, rel=1e-12)
        assert each["difference"] == pytest.approx((b + c) / 2 - a, abs=1e-9)
        assert each["p"] > 0
        assert each["topics"] == 30
    assert (found["family"], found["resamples"], found["seed"]) == (4, 200, 0)

    assert isoglot(*arguments, "--out", tmp_path / "two.json")[0] == 0
    assert json.loads((tmp_path / "two.json").read_text()) == found
    code, _, err = isoglot(*arguments, "--out", tmp_path / "one.json")
    assert code == 2
    assert f"{tmp_path / 'one.json'} exists" in err


def test_chosen_setting_and_measures_only(isoglot: Isoglot, evaluations: Path) -> None:
    chosen = ("--setting", "multilingual", "--measure", "nDCG@10", "--measure", "R@1", "--resamples", "200")
    code, out, err = isoglot("compare", evaluations / "a", evaluations / "b", evaluations / "c", *chosen)
    assert (code, err) == (0, "")
    assert out.count("\nmultilingual ") >= 2
    assert out.count("\n nDCG@10 ") == out.count("\n R@1 ") == 2
    assert "monolingual" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("A",), ["others"]),
        (("A", "D"), ["was evaluated on", "same collection"]),
        (("A", "./nowhere"), ["nowhere holds no scores.json"]),
        (("A", "A"), ["2 systems are called"]),
        (("A", "B", "--measure", "nDCG"), ["'nDCG'", "did you mean 'nDCG@10'?"]),
        (("A", "B", "--setting", "multilingaul"), ["did you mean 'multilingual'?"]),
        (("A", "B", "--setting", "monolingual", "--measure", "RD"), ["no values of"]),
        (("A", "B", "--resamples", "50"), ["50 resamples", "at least 80"]),
        (("A", "B", "--resamples", "0"), ["--resamples"]),
        (("A", "B", "--out", "./nowhere/c.json"), ["nowhere is not a folder"]),
    ],
)
def test_wrong_request_is_one_line_and_exit_code_2(
    arguments: tuple[str, ...], said: list[str], isoglot: Isoglot, evaluations: Path
) -> None:
    paths = {letter.upper(): str(evaluations / letter) for letter in "abd"}
    code, out, err = isoglot("compare", *(paths.get(argument, argument) for argument in arguments))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    for each in said:
        assert each.lower() in err.lower()
