"""A sharded index answers as one machine does, also while a worker dies."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoglot.search.build import EncoderRequest, index_source
from isoglot.search.documents import Columns, open_source
from isoglot.search.request import SearchRequest
from isoglot.search.response import SearchResponse
from isoglot.search.searcher import Searcher
from isoglot.search.service.settings import ServiceSettings
from toys import all_texts, save_xlm_roberta

pytest.importorskip("isoglot.scale.cluster", reason="needs the extra scale: Ray is not installed", exc_type=ImportError)

import ray
from ray import serve
from ray.exceptions import ActorDiedError

from isoglot.scale.serving.application import NAME, Serving, application
from isoglot.scale.serving.searcher import sharded
from isoglot.scale.serving.shard import RemoteScan, Shard, place

LANGUAGES = ("en", "de", "fr", "el")
QUESTIONS = ("which river 37?", "welcher Fluss 74?", "ποταμός")
BALANCES = ("as-scored", "balanced", "calibrated")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of 160 passages in four languages."""
    folder = tmp_path_factory.mktemp("sharded")
    texts = all_texts(40, LANGUAGES)
    rows = [
        {"id": str(number), "text": text, "language": LANGUAGES[number // 2 % 4], "half": number % 2}
        for number, text in enumerate(texts)
    ]
    source = folder / "passages.jsonl"
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    model = save_xlm_roberta(folder / "model", texts)
    index_source(open_source(str(source), Columns("text", "id")), folder / "index", EncoderRequest(str(model)))
    return folder / "index"


def content(response: SearchResponse) -> dict:
    return response.model_dump(exclude={"milliseconds"}, mode="json")


class Here:
    """A handle of a shard that lives in this process."""

    def __init__(self, shard: Shard) -> None:
        self.top = type("Method", (), {"remote": lambda _, *asked: Given(shard.top(*asked))})()


class Given:
    def __init__(self, found: object) -> None:
        self.result = lambda: found


@pytest.mark.parametrize("balance", BALANCES)
def test_shards_answer_as_one_machine(index: Path, balance: str) -> None:
    whole = Searcher.open(index)
    with ThreadPoolExecutor(4) as asking:
        parts = replace(whole, derived=sharded(whole.derived, [Here(Shard()) for _ in range(3)], asking))
        for question in QUESTIONS:
            request = SearchRequest(question=question, k=7, balance=balance, where={"half": 1}, query_language="en")
            assert content(parts.search(request)) == content(whole.search(request))


class DiesOnce:
    """A handle whose first answer is the death of the worker."""

    def __init__(self) -> None:
        self.top, self.asked = self, 0

    def remote(self, *asked: object) -> "DiesOnce":
        self.asked += 1
        return self

    def result(self) -> str:
        if self.asked == 1:
            raise ActorDiedError
        return "found"


def test_a_shard_that_died_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isoglot.scale.serving.shard.PAUSE_SECONDS", 0)
    assert RemoteScan(DiesOnce(), Path("derived"), 0).find(np.zeros(3, np.float32), 1) == "found"


@given(st.lists(st.integers(0, 1000), max_size=40), st.integers(1, 9))
def test_no_shard_holds_much_more_than_its_share(passages: list[int], shards: int) -> None:
    held = np.bincount(place(passages, shards), weights=passages, minlength=shards) if passages else np.zeros(shards)
    assert len(held) == shards
    assert held.max() <= sum(passages) / shards + max(passages, default=0)


@pytest.fixture(scope="module")
def served(cluster: str, index: Path) -> Iterator[str]:
    serve.start(proxy_location="HeadOnly", http_options={"host": "127.0.0.1", "port": 18765})
    serving = Serving(folder=index, shards=2, replicas=1)
    serve.run(application(serving, ServiceSettings(folder=index, timeout=60)), name=NAME)
    yield "http://127.0.0.1:18765"
    serve.shutdown()


def ask(served: str, question: str) -> dict:
    answer = httpx.post(f"{served}/api/search", json={"question": question, "query_language": "en"}, timeout=60)
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in answer.json().items() if name != "milliseconds"}


def kill_shards() -> None:
    """End the workers of both shards at once, without a word to them."""
    names = [actor["name"] for actor in ray.util.list_named_actors(all_namespaces=True)]
    shards = [name for name in names if f"{NAME}#shard-" in name]
    assert len(shards) == 2
    for name in shards:
        ray.kill(ray.get_actor(name, namespace="serve"))


def test_the_service_answers_as_one_machine_also_when_shards_die(served: str, index: Path) -> None:
    whole = Searcher.open(index)
    expected = {q: content(whole.search(SearchRequest(question=q, query_language="en"))) for q in QUESTIONS}
    assert {question: ask(served, question) for question in QUESTIONS} == expected
    kill_shards()
    assert {question: ask(served, question) for question in QUESTIONS} == expected
