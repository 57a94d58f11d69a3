"""The texts that a correction is fitted on: bounded in every language, translations together, the same every time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isoglot.models.debias import encode_samples
from isoglot.models.debias.sample import draw_rows
from toys import StubEncoder

from .parallel import parallel


def test_bound_on_texts_holds_in_every_language_and_translations_stay_together() -> None:
    model = StubEncoder()
    samples = encode_samples(model, parallel(30), texts=7, seed=1)
    assert len(model.texts) == 2 * 3 * 7
    for one in samples.values():
        assert np.bincount(one.language).tolist() == [7, 7, 7]
        assert np.bincount(one.group).tolist() == [3] * 7


def test_same_seed_draws_the_same_texts_and_another_draws_others() -> None:
    drawn = []
    for seed in (0, 0, 1):
        model = StubEncoder()
        encode_samples(model, parallel(30), texts=7, seed=seed)
        drawn.append(model.texts)
    assert drawn[0] == drawn[1] != drawn[2]


@given(st.integers(0, 10**6), st.integers(1, 40))
def test_all_rows_are_drawn_where_the_bound_allows_and_never_more(seed: int, texts: int) -> None:
    random = np.random.default_rng(seed)
    language, group = random.integers(4, size=30), random.integers(12, size=30)
    rows = draw_rows(language, group, texts, seed)
    assert np.all(np.diff(rows) > 0)
    expected = np.minimum(np.bincount(language, minlength=4), texts)
    np.testing.assert_array_equal(np.bincount(language[rows], minlength=4), expected)
