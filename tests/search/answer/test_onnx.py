"""A searcher that encodes questions with ONNX Runtime, where that can be."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from isoglot.errors import IsoglotError, RequestError
from isoglot.models.onnx import extra
from isoglot.search import searcher as room
from isoglot.search.request import SearchRequest
from isoglot.search.searcher import Searcher

has_extra = pytest.mark.skipif(not all(map(find_spec, extra.LIBRARIES)), reason="the extra onnx is not installed")


@has_extra
def test_questions_go_through_what_onnx_gives(
    index_folder: Path, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []
    monkeypatch.setattr(room, "with_onnx", lambda model: given.append(model) or searcher.encoder.model)
    opened = Searcher.open(index_folder, onnx=True)
    assert len(given) == 1
    assert opened.encoder.model is searcher.encoder.model
    request = SearchRequest(question="Where is the harbour?")
    assert opened.search(request).hits == searcher.search(request).hits


@has_extra
def test_a_model_that_cannot_be_exported_is_refused(index_folder: Path) -> None:
    with pytest.raises(IsoglotError, match=r"StaticEmbedding has no attention_mask to export to ONNX; use it without"):
        Searcher.open(index_folder, onnx=True)


def test_without_its_libraries_it_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "LIBRARIES", ("no_such_library",))
    with pytest.raises(RequestError, match=r"needs the extra onnx: run pip install 'isoglot\[onnx\]'"):
        Searcher.open(tmp_path, onnx=True)
