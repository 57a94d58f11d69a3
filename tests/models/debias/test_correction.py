"""Applying a correction: by hand, and what holds for every input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoglot.errors import IsoglotError, RequestError
from isoglot.models.debias import KINDS, Correction, kind_named
from isoglot.models.debias.correction import Kind, RoleCorrection


def correction(kind: Kind, removed: list, languages: tuple[str, ...] = ("de", "en")) -> Correction:
    """The same for both roles; the last row of `removed` is for other languages."""
    role = RoleCorrection(languages, (5,) * len(languages), np.array(removed, np.float32))
    return Correction(kind, role, role, "toy")


CENTRE = correction("centre", [[[0.6, 0.0]], [[0.0, 0.8]], [[0.3, 0.4]]])


def test_subtraction_by_hand_with_unit_length_after() -> None:
    found = CENTRE.apply(np.array([[0.6, 0.8], [0.6, 0.8], [0.6, 0.8]], np.float32), ["de", "en", "fr"], "query")
    np.testing.assert_allclose(found, [[0, 1], [1, 0], [0.6, 0.8]], atol=1e-7)
    assert found.dtype == np.float32


def test_projection_by_hand_removes_every_direction() -> None:
    removed = [[[1, 0, 0], [0, 1, 0]], [[0, 0, 1], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]]]
    vectors = np.tile(np.array([[2, 1, 2]], np.float32) / 3, (3, 1))
    found = correction("lir", removed).apply(vectors, ["de", "en", "fr"], "passage")
    np.testing.assert_allclose(found, [[0, 0, 1], [2 / 5**0.5, 1 / 5**0.5, 0], vectors[2]], atol=1e-7)


def test_roles_are_corrected_apart() -> None:
    query, passage = (RoleCorrection(("en",), (1,), np.array([[[x, 0]], [[0, 0]]], np.float32)) for x in (0.6, -0.2))
    both = Correction("centre", query, passage, "toy")
    vector = np.array([[0.6, 0.8]], np.float32)
    np.testing.assert_allclose(both.apply(vector, ["en"], "query"), [[0, 1]], atol=1e-7)
    np.testing.assert_allclose(both.apply(vector, ["en"], "passage"), [[0.5**0.5, 0.5**0.5]], atol=1e-7)


@pytest.mark.parametrize("noise", [0.0, 1e-8, -1e-7])
def test_vector_of_which_nothing_is_left_stays_as_it_was(noise: float) -> None:
    one = correction("centre", [[[0.6, 0.8]], [[0, 0]], [[0, 0]]])
    vectors = np.array([[0.6 + noise, 0.8], [0.8, 0.6]], np.float32)
    found = one.apply(vectors, ["de", "de"], "query")
    np.testing.assert_array_equal(found[0], vectors[0])
    np.testing.assert_allclose(found[1], [0.5**0.5, -(0.5**0.5)], atol=1e-6)


def test_zero_vector_stays_zero_and_a_broken_one_is_not_hidden() -> None:
    nothing = correction("shift", [[[0, 0]], [[0, 0]], [[0, 0]]])
    found = nothing.apply(np.array([[0, 0], [np.nan, 1]], np.float32), ["de", "en"], "query")
    np.testing.assert_array_equal(found[0], [0, 0])
    assert np.isnan(found[1]).any()


def test_no_vectors_give_no_vectors() -> None:
    assert CENTRE.apply(np.zeros((0, 2), np.float32), [], "query").shape == (0, 2)


def test_vectors_of_another_size_are_refused_with_both_sizes() -> None:
    with pytest.raises(IsoglotError, match=r"on 2 dimensions and these vectors have 3"):
        CENTRE.apply(np.eye(3, dtype=np.float32), ["en"] * 3, "query")


def test_as_many_languages_as_vectors_are_needed() -> None:
    with pytest.raises((ValueError, IndexError)):
        CENTRE.apply(np.eye(2, dtype=np.float32), ["en"], "query")


def test_argument_is_not_changed() -> None:
    vectors = np.array([[0.6, 0.8]], np.float32)
    CENTRE.apply(vectors, ["de"], "query")
    np.testing.assert_array_equal(vectors, np.array([[0.6, 0.8]], np.float32))


def test_unfitted_languages_are_named_once_and_sorted() -> None:
    assert CENTRE.unfitted(["th", "en", "ar", "th"], "query") == ["ar", "th"]
    assert CENTRE.unfitted(["en"], "passage") == []


def test_summary_names_the_language_with_fewest_texts() -> None:
    query = RoleCorrection(("de", "en"), (1200, 40), np.zeros((3, 1, 2), np.float32))
    passage = RoleCorrection(("de",), (7,), np.zeros((2, 1, 2), np.float32))
    assert Correction("lir", query, passage, "toy").summary == (
        "lir fitted on toy: 2 query languages (fewest texts: 40 in en) and 1 passage languages (fewest texts: 7 in de)."
    )


@given(st.integers(0, 10**6), st.sampled_from(KINDS))
def test_result_has_unit_length_and_each_vector_is_corrected_alone(seed: int, kind: Kind) -> None:
    random = np.random.default_rng(seed)
    removed = np.stack([np.linalg.qr(random.normal(size=(6, 2)))[0].T for _ in range(3)])
    fitted = correction(kind, (removed if kind == "lir" else 0.7 * removed[:, :1]).tolist())
    vectors = random.normal(size=(9, 6))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    languages = random.choice(["de", "en", "fr"], 9).tolist()
    found = fitted.apply(vectors, languages, "query")
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    alone = [fitted.apply(vectors[[row]], [languages[row]], "query")[0] for row in range(9)]
    np.testing.assert_array_equal(found, alone)
    if kind == "lir":
        np.testing.assert_allclose(fitted.apply(found, languages, "query"), found, atol=1e-6)


def test_kind_has_a_name_or_the_nearest_is_told() -> None:
    assert [kind_named(kind) for kind in KINDS] == ["centre", "lir", "shift"]
    with pytest.raises(RequestError, match="did you mean 'centre'"):
        kind_named("center")
