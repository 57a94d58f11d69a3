"""What is to be taken from the vectors of each language: means, principal components, offsets between translations."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
# Singular values below this share of the largest belong to no direction of the data.
RANK_TOLERANCE = 1e-6


def language_means(vectors: NDArray[np.float32], language: Integers, count: int) -> Floats:
    """Mean vector of each language: "centering" (Libovický et al. 2020, arXiv 2004.05160, section 4).

    Args:
        vectors: shape [N, d].
        language: code of each vector; every code below `count` has a vector, shape [N].
        count: number of languages L.

    Returns:
        Shape [L, d].

    >>> language_means(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 4.0]]), np.array([0, 0, 1]), 2)
    array([[0.5, 0.5],
           [0. , 4. ]])
    """
    return np.stack([vectors[language == code].mean(axis=0, dtype=np.float64) for code in range(count)])


def principal_components(vectors: NDArray[np.float32], number: int) -> Floats:
    """First right singular vectors of a language's vectors, uncentred (LIR: Yang et al. 2021, arXiv 2109.04727).

    The first of them is close to the direction of the mean.

    Args:
        vectors: of one language, shape [N, d].
        number: of components.

    Returns:
        Shape [number, d]; orthonormal, zero where the vectors span fewer directions.

    >>> np.abs(principal_components(np.array([[3.0, 0.0], [0.0, 1.0]]), 1))
    array([[1., 0.]])
    """
    _, size, directions = np.linalg.svd(vectors.astype(np.float64), full_matrices=False)
    spanned = directions[:number][size[:number] > RANK_TOLERANCE * size[0]]
    return np.vstack([spanned, np.zeros((number - len(spanned), vectors.shape[1]))])


def translation_offsets(vectors: NDArray[np.float32], language: Integers, group: Integers, count: int) -> Floats:
    """How far the vectors of each language stand from their translations, on average.

    SHIFT (arXiv 2606.18801, eq. 1) takes the mean difference of the passages of a language to their translations in
    one source language. Here no language is the source: offsets are the least-squares solution of
    vector = content of the group + offset of its language, and sum to zero. Where every group has every language
    the offset is the mean difference to the group's mean; where groups lack languages, it is still compared like
    with like.

    Args:
        vectors: shape [N, d].
        language: code of each vector, shape [N].
        group: vectors of one group are translations of each other; a group has two languages or more, shape [N].
        count: number of languages L.

    Returns:
        Shape [L, d]. Languages that no chain of groups connects are compared with those of their own part only.

    >>> translation_offsets(np.array([[2.0], [4.0], [7.0], [9.0]]), np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1]), 2)
    array([[-1.],
           [ 1.]])
    """
    ones, rows = np.ones(len(group)), np.arange(len(group))
    in_group = csr_array((ones, (group, rows)))
    in_language = csr_array((ones, (language, rows)), shape=(count, len(rows)))
    size = np.bincount(group)
    content = (in_group @ vectors.astype(np.float64)) / size[:, None]
    versions = (in_group @ in_language.T).toarray()
    shared = np.diag(in_language.sum(axis=1)) - versions.T @ (versions / size[:, None])
    return np.linalg.pinv(shared, rcond=1e-9, hermitian=True) @ (in_language @ (vectors - content[group]))
