"""Answers of a whole index against its vectors, in every mode and balance."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from answer.conftest import documents
from isoglot.errors import RequestError
from isoglot.models.lexical import Lexicon, words
from isoglot.models.static import static_encoder
from isoglot.search.asking import request_of
from isoglot.search.build import delete_documents
from isoglot.search.request import Balance, Mode, SearchRequest
from isoglot.search.searcher import WARM_UP, Searcher

QUESTION = "Where is the castle of town 13?"


def test_warming_up_needs_all_that_the_detector_has() -> None:
    # lingua reads its tables of one to five letters as words need them, and the last takes longest
    assert max(map(len, words(WARM_UP))) >= 5


def test_the_detector_is_warmed_with_texts_of_every_language(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr("isoglot.search.searcher.query_language", lambda text, languages: read.append(text))
    searcher.warm()
    texts = {(each["language"], each["text"][:100]) for each in documents()}
    assert {language for language, text in texts if text in read} == {"en", "de", "sw"}
    assert max(map(len, read)) <= 100


def ask(searcher: Searcher, **fields: object) -> list[str]:
    return [hit.document_id for hit in searcher.search(request_of(question=QUESTION, **fields)).hits]


@pytest.fixture(scope="module")
def by_cosine(searcher: Searcher) -> dict[str, float]:
    """Every document's cosine, from the encoder itself."""
    model = searcher.encoder.model
    vectors = model.encode([each["text"] for each in documents()])
    cosines = vectors @ model.encode([QUESTION])[0]
    return {each["id"]: float(cosine) for each, cosine in zip(documents(), cosines, strict=True)}


def best(scores: dict[str, float], k: int, languages: str = "en de sw", **columns: str) -> list[str]:
    kept = [
        each["id"]
        for each in documents()
        if each["language"] in languages.split() and all(each[name] == value for name, value in columns.items())
    ]
    return sorted(kept, key=lambda each: -scores[each])[:k]


def test_dense_hits_are_the_nearest_documents(searcher: Searcher, by_cosine: dict[str, float]) -> None:
    response = searcher.search(SearchRequest(question=QUESTION, k=7))
    assert [hit.document_id for hit in response.hits] == best(by_cosine, 7)
    np.testing.assert_allclose(
        [hit.score for hit in response.hits], [by_cosine[hit.document_id] for hit in response.hits], atol=1e-5
    )
    assert [hit.rank for hit in response.hits] == list(range(1, 8))
    assert response.query_language == "en"
    assert response.trade is None
    assert [(each.language, each.passages) for each in response.languages] == [("en", 30), ("de", 20), ("sw", 10)]
    assert sum(each.hits for each in response.languages) == 7


def test_lexical_hits_share_words(searcher: Searcher) -> None:
    scores = Lexicon([each["text"] for each in documents()]).scores(QUESTION)
    by_words = {each["id"]: float(score) for each, score in zip(documents(), scores, strict=True)}
    response = searcher.search(SearchRequest(question=QUESTION, k=3, mode="lexical"))
    assert {hit.document_id for hit in response.hits[:1]} == set(best(by_words, 1))
    np.testing.assert_allclose(
        [hit.score for hit in response.hits], sorted(by_words.values(), reverse=True)[:3], rtol=1e-5
    )
    marked = [response.hits[0].text[span.start : span.end] for span in response.hits[0].highlights]
    assert "castle" in marked or "13" in marked


def test_filters_hold(searcher: Searcher, by_cosine: dict[str, float]) -> None:
    assert ask(searcher, languages=("de",), k=5) == best(by_cosine, 5, "de")
    assert ask(searcher, where={"kind": "castle"}, k=4) == best(by_cosine, 4, kind="castle")
    assert ask(searcher, where={"kind": "castle"}, languages=("sw", "de")) == best(
        by_cosine, 10, "sw de", kind="castle"
    )
    assert ask(searcher, where={"number": 13}) == ["d13"]
    assert ask(searcher, where={"number": "absent"}) == []
    assert ask(searcher, balance="only", languages=("sw",), k=3) == best(by_cosine, 3, "sw")
    source = searcher.search(SearchRequest(question=QUESTION, k=1)).hits[0].source
    assert ask(searcher, sources=(source,), k=5) == best(by_cosine, 5)


def test_balanced_hits_have_the_pools_shares(searcher: Searcher, by_cosine: dict[str, float]) -> None:
    response = searcher.search(SearchRequest(question=QUESTION, k=12, balance="balanced"))
    assert [(each.language, each.hits) for each in response.languages] == [("en", 6), ("de", 4), ("sw", 2)]
    for language, count in (("en", 6), ("de", 4), ("sw", 2)):
        own = [hit.document_id for hit in response.hits if hit.language == language]
        assert own == best(by_cosine, count, language)
    assert response.trade is not None
    assert response.trade.mean_score_as_scored == pytest.approx(
        np.mean([by_cosine[each] for each in best(by_cosine, 12)]), abs=1e-5
    )
    assert response.trade.mean_score == pytest.approx(
        np.mean([by_cosine[hit.document_id] for hit in response.hits]), abs=1e-5
    )
    assert response.trade.shared_hits == len({hit.document_id for hit in response.hits} & {*best(by_cosine, 12)})


def test_only_is_compared_with_all_languages(searcher: Searcher, by_cosine: dict[str, float]) -> None:
    response = searcher.search(SearchRequest(question=QUESTION, k=5, balance="only", languages=("sw",)))
    assert response.trade is not None
    assert response.trade.mean_score_as_scored == pytest.approx(
        np.mean([by_cosine[each] for each in best(by_cosine, 5)]), abs=1e-5
    )
    assert [(each.language, each.hit_share) for each in response.languages] == [("sw", 1.0)]


@pytest.mark.parametrize("mode", get_args(Mode))
def test_what_only_costs_is_told_in_the_scores_of_all_languages(searcher: Searcher, mode: Mode) -> None:
    """Fused scores are of ranks, and the first of one language is not the first of all."""
    everywhere = searcher.search(SearchRequest(question=QUESTION, mode=mode, k=60))
    scores = {hit.document_id: hit.score for hit in everywhere.hits}
    only = SearchRequest(question=QUESTION, mode=mode, k=5, balance="only", languages=("sw",))
    response = searcher.search(only)
    assert response.trade is not None
    told = [scores[hit.document_id] for hit in response.hits]
    assert response.trade.mean_score == pytest.approx(sum(told) / len(told) if told else 0, abs=1e-6)


@pytest.mark.parametrize("mode", get_args(Mode))
@pytest.mark.parametrize("balance", get_args(Balance))
def test_every_mode_goes_with_every_balance_but_one(searcher: Searcher, mode: Mode, balance: Balance) -> None:
    request = SearchRequest(question=QUESTION, k=100, mode=mode, balance=balance, languages=("en", "de"))
    if (mode, balance) == ("lexical", "calibrated"):
        with pytest.raises(RequestError, match="choose the mode dense or hybrid"):
            searcher.search(request)
        return
    hits = searcher.search(request).hits
    assert {hit.language for hit in hits} <= {"en", "de"}
    assert len({hit.document_id for hit in hits}) == len(hits)
    if mode != "lexical":
        assert len(hits) == 50


def test_answers_do_not_depend_on_what_else_is_answered(searcher: Searcher) -> None:
    requests = [
        SearchRequest(question=f"{QUESTION} {number}", mode=mode, balance="balanced")
        for number in range(8)
        for mode in get_args(Mode)
    ]
    alone = [searcher.search(request).hits for request in requests]
    with ThreadPoolExecutor(8) as threads:
        together = [response.hits for response in threads.map(searcher.search, requests)]
    assert together == alone


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"k": 0}, "k is 0"),
        ({"k": 10**9}, "k is 1000000000"),
        ({"question": "a" * 1_000_000}, "question is"),
        ({"question": ""}, "question is ''"),
        ({"mode": "dens"}, "mode is 'dens'"),
        ({"languages": ("fr",)}, "There is no language 'fr'"),
        ({"where": {"kid": "x"}}, "no column 'kid'; did you mean 'kind'"),
        ({"sources": ("nowhere",)}, "no source 'nowhere'"),
        ({"balance": "only"}, "needs the languages to search"),
        ({"query_language": "english!"}, "not a BCP-47 code"),
    ],
)
def test_wrong_requests_are_one_sentence(searcher: Searcher, fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(RequestError, match=sentence) as problem:
        searcher.search(request_of(**{"question": QUESTION, **fields}))
    assert len(str(problem.value)) < 300


def test_only_without_languages_names_those_of_the_index(searcher: Searcher) -> None:
    with pytest.raises(RequestError, match="needs the languages to search; give some of "):
        searcher.search(SearchRequest(question=QUESTION, balance="only"))


def test_what_an_index_says_about_itself(searcher: Searcher, model_folder: Path) -> None:
    told = searcher.description
    assert (told.model, told.documents, told.passages, told.sources) == (str(model_folder), 60, 60, 1)  # one file
    assert [(each.language, each.passages, each.scan) for each in told.languages] == [
        ("en", 30, "exact"),
        ("de", 20, "exact"),
        ("sw", 10, "exact"),
    ]
    assert told.columns["kind"] == ("bridge", "castle", "harbour", "market", "river")
    assert told.vector_bytes <= 1.1 * 60 * told.dimensions * 4


def test_a_newer_version_and_another_model_are_noticed(index_folder: Path, model_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(index_folder, folder)
    opened = Searcher.open(folder)
    before = opened.newest_version()
    assert before == opened.description.version
    delete_documents(folder, ["d13"])
    assert opened.newest_version() > before
    assert "d13" in ask(opened, k=100)
    assert "d13" not in ask(Searcher.open(folder), k=100)
    kept = tmp_path / "kept"
    shutil.copytree(model_folder, kept)
    try:
        shutil.rmtree(model_folder)
        static_encoder([each["text"] for each in documents()], seed=1).save_pretrained(str(model_folder))
        with pytest.raises(RequestError, match="was made with another model"):
            Searcher.open(folder)
    finally:
        shutil.rmtree(model_folder)
        shutil.copytree(kept, model_folder)


def test_a_folder_without_an_index(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="holds no index"):
        Searcher.open(tmp_path)
