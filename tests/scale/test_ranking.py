"""Ranking by workers is ranking, whoever dies."""

from pathlib import Path

import numpy as np
import pytest

from isoglot.errors import IsoglotError
from isoglot.evaluation.ranks import Golds, Pool, Ranking, rank
from isoglot.evaluation.ranks.shards import Shard, Spread, rank_in_shards

pytest.importorskip("isoglot.scale.cluster", reason="needs the extra scale: Ray is not installed", exc_type=ImportError)

from isoglot.scale.ranking import rank_on_ray
from isoglot.scale.tasks import on_each
from scale.deaths import Deadly


@pytest.fixture(scope="module")
def asked() -> tuple:
    """Queries, a pool with duplicates of two sections a passage, golds, and three languages."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(400, 16)).astype(np.float32)
    vectors[200:] = vectors[rng.integers(0, 200, 200)]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    pool = Pool.of(vectors, rng.integers(0, 3, 200), rng.permutation(200), np.repeat(np.arange(200), 2))
    query = np.repeat(np.arange(30), 2)
    golds = Golds(query, rng.integers(0, 200, 60), np.ones(60, np.int64))
    return vectors[:30], pool, golds, 3


def assert_same(found: Ranking, expected: Ranking) -> None:
    np.testing.assert_array_equal(found.counts, expected.counts)
    np.testing.assert_array_equal(found.top, expected.top)


def test_workers_find_what_one_process_finds(cluster: str, asked: tuple) -> None:
    assert_same(rank_on_ray(*asked, top=7), rank(*asked, top=7))


def is_third(shard: Shard) -> bool:
    return shard.first == 100


def test_a_killed_worker_loses_nothing(cluster: str, asked: tuple, tmp_path: Path) -> None:
    spread = Spread(4, lambda work, shards: on_each(Deadly(work, tmp_path / "died", is_third), shards))
    found = rank_in_shards(*asked, top=7, spread=spread)
    assert (tmp_path / "died").exists()
    assert_same(found, rank(*asked, top=7))


def test_what_a_worker_refuses_is_refused_here(cluster: str, asked: tuple) -> None:
    queries, pool, golds, languages = asked
    broken = Pool(pool.vectors.clone(), pool.language, pool.tie, pool.first)
    broken.vectors[399] = 0
    with pytest.raises(IsoglotError, match="encode every text to a finite vector of length 1") as caught:
        rank_on_ray(queries, broken, golds, languages)
    assert "\n" not in str(caught.value)
