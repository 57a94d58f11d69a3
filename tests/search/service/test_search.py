"""Asking over HTTP: answers, and one sentence for whatever is wrong."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from isoglot.search.response import SearchResponse, Trade

from .conftest import Makes
from .stub import StubSearcher

JSON = {"Content-Type": "application/json"}


def test_an_answer_is_what_the_searcher_gave(client: TestClient) -> None:
    answer = client.post("/api/search", json={"question": "When?", "k": 3, "mode": "hybrid", "balance": "balanced"})
    response = SearchResponse.model_validate_json(answer.content)
    assert answer.status_code == 200
    assert (response.question, response.mode, response.balance) == ("When?", "hybrid", "balanced")
    assert [hit.language for hit in response.hits] == ["de", "en", "ar"]
    assert response.trade == Trade(mean_score=len("When?"), mean_score_as_scored=1.0, shared_hits=3)  # of the stub


def test_a_link_asks_the_same(client: TestClient, searcher: StubSearcher) -> None:
    asked = {"question": "رحلة?", "k": 2, "languages": ["en", "de"], "mode": "lexical", "where": {"year": [2023, 2024]}}
    by_link = {**asked, "where": ["year:2023", "year:2024"]}
    posted = client.post("/api/search", json=asked)
    assert posted.status_code == 200
    timeless = {"milliseconds": 0}
    assert client.get("/api/search", params=by_link).json() | timeless == posted.json() | timeless
    assert searcher.batches == []  # words need no vector


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "question is missing."),
        ({"question": ""}, "question is '': string should have at least 1 character."),
        ({"question": " \n"}, "at least 1 character"),
        ({"question": "a" * 4_001}, "string should have at most 4000 characters."),
        ({"question": "a" + 4_000 * " "}, "string should have at most 4000 characters."),
        ({"question": "a", "k": 0}, "k is 0: input should be greater than or equal to 1."),
        ({"question": "a", "k": 10**9}, "k is 1000000000: input should be less than or equal to 100."),
        ({"question": "a", "k": "10"}, "k is '10': input should be a valid integer."),
        ({"question": "a", "k": 1.5}, "k is 1.5: input should be a valid integer"),
        ({"question": "a", "mode": "magic"}, "mode is 'magic': input should be 'dense', 'lexical' or 'hybrid'."),
        ({"question": "a", "colour": 1}, "colour is nothing that can be asked for."),
        ({"question": "a", "where": {"zzz": 1}}, "There is no column 'zzz'; known: source, year."),
        ({"question": 1, "k": 0}, "question is 1: input should be a valid string (1 more problem)."),
        ("a", "the body is 'a': input should be an object."),
        ([], "the body is of type list: input should be an object."),
    ],
)
def test_a_wrong_value_is_one_sentence(client: TestClient, asked: Any, sentence: str) -> None:
    answer = client.post("/api/search", json=asked)
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]
    assert list(answer.json()) == ["error"]


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("", "question is missing."),
        ("question=a&k=101", "k is '101': input should be less than or equal to 100."),
        ("question=a&k=NaN", "k is 'NaN': input should be a valid integer"),
        ("question=a&where=year", "where is 'year'; write it as column:value."),
        ("question=a&where=:1", "where is ':1'; write it as column:value."),
        ("question=a&page=2", "page is nothing that can be asked for."),
    ],
)
def test_a_wrong_link_is_one_sentence(client: TestClient, link: str, sentence: str) -> None:
    answer = client.get(f"/api/search?{link}")
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"question": "\xff\xfe"}',
        b'{"question": "\\ud800"}',
        b'{"question": "a", "k": NaN}',
        b'{"question": "a", "where": {"year": Infinity}}',
        b"[" * 100_000,
        b'{"question": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
    ],
)
def test_what_is_no_json_is_400(client: TestClient, body: bytes) -> None:
    answer = client.post("/api/search", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("The body is not JSON: ")


@pytest.mark.parametrize("question", ["\0", "\0" * 4_000, "\u202e\ufffe\uffff", "😀" * 2_000, "a\r\nb"])
def test_odd_characters_are_only_characters(client: TestClient, question: str) -> None:
    answer = client.post("/api/search", json={"question": question})
    assert answer.status_code == 200
    assert answer.json()["question"] == question
    assert client.get("/api/search", params={"question": question}).json()["question"] == question


def test_a_link_that_is_no_utf8_is_read_with_marks(client: TestClient) -> None:
    assert client.get("/api/search?question=%ff%ed%a0%80").json()["question"] == "\ufffd" * 4


def test_a_whole_number_may_be_written_with_a_point(client: TestClient) -> None:
    body = b'{"question": "a", "k": 2.0}'
    assert len(client.post("/api/search", content=body, headers=JSON).json()["hits"]) == 2


def test_a_body_must_say_that_it_is_json(client: TestClient) -> None:
    answer = client.post("/api/search", content=b'{"question": "a"}', headers={"Content-Type": "text/plain"})
    assert answer.status_code == 422
    assert "Content-Type: application/json" in answer.json()["error"]


def test_an_error_of_the_encoder_is_the_askers_alone(client: TestClient, searcher: StubSearcher) -> None:
    searcher.unencodable = "spoilt"
    answer = client.post("/api/search", json={"question": "spoilt"})
    assert (answer.status_code, answer.json()["error"]) == (503, "This question cannot be encoded.")
    assert client.post("/api/search", json={"question": "fine"}).status_code == 200


@pytest.mark.parametrize("broken", [ValueError("secret"), MemoryError(), RecursionError()])
def test_a_mistake_of_the_service_is_told_without_its_inside(make: Makes, searcher: StubSearcher, broken: Any) -> None:
    searcher.broken = broken
    answer = make().post("/api/search", json={"question": "a"})
    assert answer.status_code == 500
    assert answer.json() == {
        "error": "The service made a mistake that its log describes; the request was not answered."
    }


def test_the_index_describes_itself(client: TestClient, searcher: StubSearcher) -> None:
    assert client.get("/api/index").json() == searcher.description.model_dump(mode="json")


def test_addresses_and_methods_that_do_not_exist(client: TestClient) -> None:
    missing, wrong = client.get("/api/nothing"), client.put("/api/search")
    assert (missing.status_code, "/docs lists" in missing.json()["error"]) == (404, True)
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, POST")
    refused = client.post("/api/documents", json={})  # read-only, unless it is told otherwise
    assert (refused.status_code, "--writable" in refused.json()["error"]) == (404, True)
    assert client.delete("/api/documents/a").status_code == 404
