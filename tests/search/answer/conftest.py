"""An index of a few documents, made as a person makes it."""

import json
from pathlib import Path

import pytest

from isoglot.models.static import static_encoder
from isoglot.search.build import EncoderRequest, index_source
from isoglot.search.documents import Columns, open_source
from isoglot.search.searcher import Searcher

SUBJECTS = ("harbour", "river", "bridge", "castle", "market", "school")
TEXTS = {
    "en": "The {} of town {} was built long ago.",
    "de": "Der Ort {} von Stadt {} wurde vor langer Zeit gebaut.",
    "sw": "Mahali {} pa mji {} palijengwa zamani.",
}


def documents() -> list[dict[str, str]]:
    """60 documents in three languages, half of them English; `kind` and `number` are metadata."""
    languages = ["en", "en", "en", "de", "de", "sw"]
    return [
        {
            "id": f"d{number}",
            "language": languages[number % 6],
            "text": TEXTS[languages[number % 6]].format(SUBJECTS[number % 5], number),
            "kind": SUBJECTS[number % 5],
            "number": str(number),
        }
        for number in range(60)
    ]


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    static_encoder([each["text"] for each in documents()]).save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="session")
def index_folder(tmp_path_factory: pytest.TempPathFactory, model_folder: Path) -> Path:
    folder = tmp_path_factory.mktemp("search") / "index"
    table = folder.parent / "documents.jsonl"
    table.write_text("".join(json.dumps(each) + "\n" for each in documents()), encoding="utf-8")
    index_source(open_source(str(table), Columns("text", "id")), folder, EncoderRequest(str(model_folder)))
    return folder


@pytest.fixture(scope="session")
def searcher(index_folder: Path) -> Searcher:
    return Searcher.open(index_folder)
