"""The commands with `--ray` leave what they leave without it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sentence_transformers import SentenceTransformer

from isoglot.cli import main
from isoglot.models.encode import encode
from isoglot.models.roles import Role
from isoglot.search.build import EncoderRequest, index_source
from isoglot.search.documents import Columns, open_source
from toys import all_texts, save_xlm_roberta, write_parallel_qa

pytest.importorskip("isoglot.scale.cluster", reason="needs the extra scale: Ray is not installed", exc_type=ImportError)

LANGUAGES = ("en", "de", "fr")
Run = Callable[..., Path]


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_xlm_roberta(tmp_path_factory.mktemp("plain-model"), all_texts(30, LANGUAGES))


@pytest.fixture
def run(cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command with an embedding store of its own; gives the folder that it wrote."""

    def call(name: str, *arguments: str | Path) -> Path:
        monkeypatch.setenv("ISOGLOT_HOME", str(tmp_path / f"home-{name}"))
        with pytest.raises(SystemExit) as caught:
            main([*map(str, arguments), "--out", str(tmp_path / name)])
        assert caught.value.code == 0
        return tmp_path / name

    return call


def without_cost(folder: Path) -> dict:
    return {name: value for name, value in json.loads((folder / "scores.json").read_text()).items() if name != "cost"}


def test_an_evaluation(run: Run, cluster: str, model_folder: Path, tmp_path: Path) -> None:
    corpus = write_parallel_qa(tmp_path / "toy.jsonl", 30)
    command = ("evaluate", model_folder, corpus, "--run-depth", "12", "--batch-size", "4", "--pool", "en,de")
    here, there = run("here", *command), run("there", *command, "--ray", cluster)
    assert without_cost(there) == without_cost(here)
    assert pq.read_table(there / "per_query.parquet").equals(pq.read_table(here / "per_query.parquet"))
    assert (there / "run.trec").read_text() == (here / "run.trec").read_text()


def test_an_index_has_its_store_filled_first(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISOGLOT_HOME", str(tmp_path / "home"))
    texts, asked = all_texts(20, LANGUAGES), []

    def fill(model: SentenceTransformer, texts: list[str], role: Role, **options: Any) -> None:
        asked.extend(texts)
        encode(model, texts, role, **options)
        monkeypatch.setattr(model, "encode", None)  # nothing is left to encode

    rows = [{"id": str(row), "text": text, "language": "en"} for row, text in enumerate(texts)]
    source = tmp_path / "passages.jsonl"
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    out, request = tmp_path / "index", EncoderRequest(str(model_folder))
    assert index_source(open_source(str(source), Columns("text", "id")), out, request, fill=fill).passages_now == 120
    assert sorted(asked) == sorted(texts)
