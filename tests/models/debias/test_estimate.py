"""What is taken from each language, against hand calculations, numpy's own decompositions and planted structure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from isoglot.models.debias.estimate import language_means, principal_components, translation_offsets


def random_vectors(seed: int, rows: int, dimensions: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(rows, dimensions)).astype(np.float32)


def test_means_by_hand_whatever_the_order() -> None:
    vectors = np.array([[1, 0], [0, 4], [0, 2], [3, 0]], np.float32)
    np.testing.assert_array_equal(language_means(vectors, np.array([0, 1, 1, 0]), 2), [[2, 0], [0, 3]])


def test_means_are_taken_in_double_precision() -> None:
    vectors = np.full((300_000, 1), 0.1, np.float32)
    assert language_means(vectors, np.zeros(len(vectors), np.int64), 1)[0, 0] == pytest.approx(0.1, abs=1e-8)


def test_components_are_uncentred_by_hand() -> None:
    # Vectors around (0, 5) that vary most along x: a centred analysis would give (1, 0).
    vectors = np.array([[-1, 5], [1, 5]], np.float32)
    np.testing.assert_allclose(np.abs(principal_components(vectors, 1)), [[0, 1]], atol=1e-12)


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(2, 6))
def test_components_span_the_first_eigenvectors_of_the_second_moments(seed: int, rows: int, number: int) -> None:
    vectors = random_vectors(seed, rows, 8)
    found = principal_components(vectors, number)
    values, directions = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    expected = directions[:, np.argsort(-values)[: min(number, rows)]]
    np.testing.assert_allclose(found.T @ found, expected @ expected.T, atol=1e-4)


def test_components_that_the_data_does_not_have_are_zero() -> None:
    found = principal_components(np.array([[0.6, 0.8, 0.0], [0.6, 0.8, 0.0]], np.float32), 2)
    np.testing.assert_allclose(np.abs(found), [[0.6, 0.8, 0], [0, 0, 0]], atol=1e-7)


@given(st.integers(0, 10**6), st.integers(2, 5))
def test_planted_offsets_are_found_exactly_though_groups_lack_languages(seed: int, languages: int) -> None:
    random = np.random.default_rng(seed)
    planted = random.normal(size=(languages, 4))
    planted -= planted.mean(axis=0)
    contents = random.normal(size=(3 * languages, 4))
    # A chain of pairs connects all languages; beyond that each group has whatever languages chance gives it.
    pairs = [(group, (group + side) % languages) for group in range(languages) for side in (0, 1)]
    pairs += [(group, code) for group in range(languages, 3 * languages) for code in (0, 1)]
    pairs += [(int(random.integers(3 * languages)), int(random.integers(languages))) for _ in range(10)]
    group, language = np.array(pairs).T
    found = translation_offsets(contents[group] + planted[language], language, group, languages)
    np.testing.assert_allclose(found, planted, atol=1e-10)


def test_offsets_of_full_groups_are_mean_differences_to_the_group() -> None:
    vectors = random_vectors(0, 12, 3).astype(np.float64)
    language, group = np.tile(np.arange(3), 4), np.repeat(np.arange(4), 3)
    by_group = vectors.reshape(4, 3, 3)
    expected = (by_group - by_group.mean(axis=1, keepdims=True)).mean(axis=0)
    np.testing.assert_allclose(translation_offsets(vectors, language, group, 3), expected, atol=1e-12)


def test_what_a_language_talks_about_is_no_offset() -> None:
    # German has only the second and third content, English all; translations are the same vector.
    contents = np.array([[9.0], [1.0], [2.0]])
    language, group = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
    found = translation_offsets(contents[1:][group], language, group, 2)
    np.testing.assert_allclose(found, 0, atol=1e-12)


def test_languages_in_parts_without_a_connection_are_compared_within_their_part() -> None:
    vectors = np.array([[1.0], [3.0], [100.0], [108.0]])
    found = translation_offsets(vectors, np.arange(4), np.array([0, 0, 1, 1]), 4)
    np.testing.assert_allclose(found[:, 0], [-1, 1, -4, 4], atol=1e-10)
