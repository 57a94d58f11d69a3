"""Fitting on a collection: each role and language, languages that are not in it, and what is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from isoglot.data import Collection
from isoglot.errors import RequestError
from isoglot.models.debias import KINDS, Sample, fit, fit_correction
from isoglot.models.debias.correction import Kind, subtract
from isoglot.models.static import static_encoder
from isoglot.models.store import EmbeddingStore
from toys import StubEncoder

from .parallel import parallel

TOY = parallel(1)


def stub_vectors(texts: list[str]) -> NDArray[np.float32]:
    return np.array([StubEncoder.vector(text) for text in texts])


def sample(vectors: NDArray, language: list[int], group: list[int], languages: tuple[str, ...]) -> Sample:
    return Sample(vectors.astype(np.float32), np.array(language), np.array(group), languages)


def random_sample(seed: int, languages: int = 3, dimensions: int = 6) -> Sample:
    random = np.random.default_rng(seed)
    language = np.concatenate([np.arange(languages), random.integers(languages, size=20)])
    vectors = random.normal(size=(len(language), dimensions)) + 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return sample(vectors, language.tolist(), list(range(len(language))), tuple("abcdef"[:languages]))


def test_centre_is_the_mean_of_each_language_in_each_role() -> None:
    found = fit_correction(StubEncoder(), parallel(5), "centre")
    for role, fitted, form in (("query", found.query, "Q ask {} {}"), ("passage", found.passage, "P say {} {}")):
        assert fitted.languages == ("de", "en", "fr")
        assert fitted.texts == (5, 5, 5)
        means = [stub_vectors([form.format(t, code) for t in range(5)]).mean(axis=0) for code in fitted.languages]
        np.testing.assert_allclose(fitted.removed[:, 0], [*means, np.mean(means, axis=0)], atol=1e-6, err_msg=role)


def test_a_correction_knows_the_collection_that_it_was_fitted_on() -> None:
    collection = parallel(5)
    found = fit_correction(StubEncoder(), collection, "centre", source="toy.jsonl")
    assert (found.collection, found.source, found.content_hash) == ("toy", "toy.jsonl", collection.content_hash)
    assert fit_correction(StubEncoder(), collection, "centre").source == ""


@given(st.integers(0, 10**6), st.integers(1, 6))
def test_after_centring_every_mean_is_zero(seed: int, languages: int) -> None:
    one = random_sample(seed, languages)
    found = fit("centre", {"query": one, "passage": one}, TOY).query
    for code in range(languages):
        left = subtract(one.vectors[one.language == code].astype(np.float64), found.removed[code].astype(np.float64))
        np.testing.assert_allclose(left.mean(axis=0), 0, atol=1e-7)


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_after_lir_nothing_points_along_the_first_singular_vectors(seed: int, components: int) -> None:
    one = random_sample(seed)
    found = fit("lir", {"query": one, "passage": one}, TOY, components=components)
    corrected = found.apply(one.vectors, [one.languages[code] for code in one.language], "passage")
    for code in range(3):
        chosen = one.language == code
        spanned = min(components, np.linalg.matrix_rank(one.vectors[chosen]))
        values, directions = np.linalg.eigh(one.vectors[chosen].T.astype(np.float64) @ one.vectors[chosen])
        removed = directions[:, np.argsort(-values)[:spanned]]
        left = corrected[chosen]
        kept = np.abs(left - one.vectors[chosen]).max(axis=1) > 0  # a vector of which nothing is left stays
        rest = np.linalg.norm(one.vectors[chosen] - one.vectors[chosen] @ removed @ removed.T, axis=1, keepdims=True)
        np.testing.assert_allclose((left @ removed * rest)[kept], 0, atol=1e-6)  # as it was before it was made long


def test_shift_moves_planted_translations_onto_each_other() -> None:
    random = np.random.default_rng(3)
    contents, offsets = random.normal(size=(6, 5)), random.normal(size=(3, 5))
    group, language = np.repeat(np.arange(6), 3), np.tile(np.arange(3), 6)
    kept = np.array([row for row in range(18) if row not in (4, 11)])
    one = sample((contents[group] + offsets[language])[kept], language[kept], group[kept], ("de", "en", "fr"))
    found = fit("shift", {"query": one, "passage": one}, TOY)
    corrected = found.apply(one.vectors, [one.languages[code] for code in one.language], "query")
    for number in range(6):
        same = corrected[one.group == number]
        np.testing.assert_allclose(same, np.tile(same[0], (len(same), 1)), atol=1e-6)


def test_shift_leaves_a_language_that_it_does_not_know() -> None:
    found = fit_correction(StubEncoder(), parallel(4), "shift")
    vectors = stub_vectors(["x", "y"])
    np.testing.assert_allclose(found.apply(vectors, ["th", "ar"], "query"), vectors, atol=1e-7)
    assert np.abs(found.apply(vectors, ["de", "en"], "query") - vectors).max() > 1e-3


def test_language_without_translations_is_unfitted_for_shift_alone() -> None:
    vectors = np.eye(4)
    one = sample(vectors, [0, 1, 2, 2], [0, 0, 1, 1], ("de", "en", "th"))
    samples = {"query": one, "passage": one}
    assert fit("shift", samples, TOY).unfitted(["de", "th"], "query") == ["th"]
    assert fit("centre", samples, TOY).unfitted(["de", "th"], "query") == []


@pytest.mark.parametrize("kind", ["centre", "lir"])
def test_unknown_language_is_treated_as_the_average_of_all(kind: Kind) -> None:
    one = random_sample(1)
    found = fit(kind, {"query": one, "passage": one}, TOY).query.removed[-1]
    if kind == "centre":
        means = [one.vectors[one.language == code].mean(axis=0) for code in range(3)]
        np.testing.assert_allclose(found[0], np.mean(means, axis=0), atol=1e-6)
    else:
        first = np.linalg.svd(one.vectors)[2][: len(found)]
        np.testing.assert_allclose(found.T @ found, first.T @ first, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_language_with_one_text_keeps_that_text(kind: Kind) -> None:
    vectors = np.array([[0.6, 0.8, 0], [0.8, 0.6, 0], [1, 0, 0], [0, 0.8, 0.6]])
    one = sample(vectors, [0, 0, 0, 1], [0, 1, 2, 0], ("de", "en"))
    found = fit(kind, {"query": one, "passage": one}, TOY).apply(one.vectors, ["de", "de", "de", "en"], "query")
    assert np.isfinite(found).all()
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    if kind != "shift":
        np.testing.assert_array_equal(found[3], one.vectors[3])


@pytest.mark.parametrize("components", [8, 9, 1000])
def test_more_components_than_dimensions_are_refused_with_both_numbers(components: int) -> None:
    with pytest.raises(RequestError, match=rf"{components} components .* 8 dimensions"):
        fit_correction(StubEncoder(), parallel(20), "lir", components=components)


@pytest.mark.parametrize(
    ("kind", "components", "said"),
    [("centre", 1, "centre removes no components"), ("shift", 3, "leave 3"), ("lir", 0, "1 or more")],
)
def test_components_that_make_no_sense_are_refused(kind: Kind, components: int, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        fit_correction(StubEncoder(), parallel(4), kind, components=components)


@pytest.mark.parametrize("kind", KINDS)
def test_evaluation_data_is_refused_before_anything_is_encoded(kind: Kind) -> None:
    model = StubEncoder()
    with pytest.raises(RequestError, match="toy is for evaluation only"):
        fit_correction(model, replace(parallel(4), evaluation_only=True), kind)
    assert model.texts == []


def test_shift_without_translations_is_refused() -> None:
    with pytest.raises(RequestError, match="no query has a translation"):
        fit_correction(StubEncoder(), parallel(4, ("en",)), "shift")


def test_collection_of_several_kinds_fits_each_role_with_what_it_has(tiny: Collection) -> None:
    found = fit_correction(StubEncoder(), tiny, "centre")
    assert (found.query.languages, found.passage.languages) == (("de", "en"), ("de", "en", "es"))
    assert found.unfitted(tiny.languages, "query") == ["es"]
    assert found.passage.texts == (2, 1, 1)


def test_second_fit_with_a_store_encodes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = parallel(6)
    model, store = static_encoder(collection.texts), EmbeddingStore(tmp_path)
    fit_correction(model, collection, "centre", store=store)
    monkeypatch.setattr(model, "encode", lambda *_, **__: pytest.fail("encoded again"))
    again = fit_correction(model, collection, "centre", store=store)
    monkeypatch.undo()
    without = fit_correction(model, collection, "centre")
    np.testing.assert_allclose(again.passage.removed, without.passage.removed, atol=1e-6)
