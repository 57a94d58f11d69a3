"""`isoglot serve` refuses what cannot be served, in one sentence and before any work."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from isoglot.errors import IsoglotError
from isoglot.search.service import extra
from isoglot.search.service.run import bind, listen
from isoglot.search.store.schema import Settings
from isoglot.search.store.store import Store

from .test_wrong_requests import assert_one_line

Isoglot = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--token-file", "no/such/token"), ["no/such/token", "--token-file"]),
        (("--evaluation", "no/such/evaluation"), ["no/such/evaluation", "scores.json", "isoglot evaluate"]),
        (("--host", "0.0.0.0", "--writable"), ["--writable", "--token-file"]),
        (("--host", "no.such.host.invalid"), ["no.such.host.invalid", "--host"]),
        (("--port", "65536"), ["--port"]),
        (("--timeout", "0"), ["--timeout"]),
        (("--rate", "-1"), ["--rate"]),
        (("--workers", "2"), ["--workers"]),
        (("--onnx", "--ray", "local"), ["--onnx", "--ray"]),
    ],
)
def test_what_cannot_be_served_is_refused(
    isoglot: Isoglot, tmp_path: Path, options: tuple[str, ...], said: list[str]
) -> None:
    code, stdout, stderr = isoglot("serve", tmp_path, *options)
    assert (code, stdout) == (2, "")
    assert_one_line(stderr, *said)


def test_a_port_in_use_is_refused_before_the_index_is_opened(isoglot: Isoglot, tmp_path: Path) -> None:
    with bind("127.0.0.1", 0) as other:
        listen(other)
        code, _, stderr = isoglot("serve", tmp_path / "no-index", "--port", str(other.getsockname()[1]))
    assert code == 2
    assert_one_line(stderr, "address already in use", "--port")


@pytest.mark.parametrize("options", [("--ray", "local"), ("--port", "0")])
def test_an_evaluation_of_another_model_is_told(
    isoglot: Isoglot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    def nothing(*_: object, **__: object) -> None:
        raise IsoglotError("nothing is served in this test.")

    monkeypatch.setattr("isoglot.cli.serve.at_cluster", nothing)
    monkeypatch.setattr("isoglot.search.searcher.Searcher.open", nothing)
    index, scores = tmp_path / "index", tmp_path / "scores.json"
    index.mkdir()
    Store.create(index, Settings(model="runs/a", fingerprint="", dimensions=2, passage_characters=100), [])
    evaluation = {"model": "runs/b", "collection": "tiny", "settings": {}, "bias": {}, "languages": {}, "pairs": {}}
    scores.write_text(json.dumps(evaluation), encoding="utf-8")
    code, _, stderr = isoglot("serve", index, "--evaluation", tmp_path, *options)
    assert (code, stderr.count("\n")) == (1, 2)
    assert "The evaluation is of runs/b and the index was made with runs/a" in stderr


def test_without_its_libraries_it_names_the_extra(
    isoglot: Isoglot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extra, "LIBRARIES", ("no_such_library",))
    code, _, stderr = isoglot("serve", tmp_path)
    said = (
        "The service needs the extra serve: run pip install 'isoglot[serve]', or in a clone pip install -e '.[serve]'."
    )
    assert (code, stderr) == (2, f"isoglot: {said}\n")
