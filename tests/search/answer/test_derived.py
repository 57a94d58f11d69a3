"""What is derived from a store: complete, rebuilt where it must be, and its recall honest."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock
from time import sleep
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from answer.toys import Toy, make_derived, make_store, random_toys
from isoglot.errors import IsoglotError
from isoglot.search.derived import derive, open_derived, read_derived, rows
from isoglot.search.derived.measure import Nearest, measure, pool_recall, recall
from isoglot.search.scan import QuantisedScan
from isoglot.search.searcher import Searcher
from isoglot.search.store.store import Store

SMALL_DISK = [
    "unshare",
    "--user",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
    'mount -t tmpfs -o size=64k none "$0" && "$@"',
]
DERIVE = """
import sys
from pathlib import Path
from isoglot.search.derived import derive
from isoglot.search.store.store import Store
try:
    derive(Store.open(Path(sys.argv[1])), Path(sys.argv[2], "derived"))
except OSError as problem:
    print(problem)
"""


def test_rows_of_a_language_stand_together_with_their_texts(tmp_path: Path) -> None:
    toys = [Toy(language, [1, row], f"text {row}", document=f"d{row // 2}") for row, language in enumerate("bacabb")]
    derived = make_derived(tmp_path, toys, 2)
    assert [(block.language, len(block)) for block in derived.blocks] == [("a", 2), ("b", 3), ("c", 1)]
    assert [each["text"] for each in derived.passages(range(6))] == [f"text {row}" for row in (1, 3, 0, 4, 5, 2)]
    assert [each["language"] for each in derived.passages([0, 2, 5])] == ["a", "b", "c"]
    for row, passage in enumerate(derived.passages(range(6))):
        number = int(passage["text"].split()[1])
        np.testing.assert_allclose(derived.vectors[row], np.array([1, number]) / np.hypot(1, number), atol=1e-6)
    assert derived.about.documents == 3
    assert len(np.unique(derived.documents)) == 3
    assert derived.documents[2] == derived.documents[0]  # texts 0 and 1
    assert derived.lexicon.scores("4").argmax() == 3


def test_an_empty_index_opens(tmp_path: Path) -> None:
    store = make_store(tmp_path, [Toy("en", [1, 0])], 2)
    store.commit(iter(()), ["d0"])
    derived = open_derived(Store.open(tmp_path))
    assert (derived.about.passages, derived.about.documents, derived.blocks) == (0, 0, ())


def test_a_full_disk_is_an_error_and_no_end(tmp_path: Path) -> None:
    store, disk = tmp_path / "store", tmp_path / "disk"
    disk.mkdir()
    on_small_disk = [*SMALL_DISK, str(disk)]
    if not shutil.which("unshare") or subprocess.run([*on_small_disk, "true"], check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    make_store(store, random_toys(100, 256, ["en"]), 256)
    command = [*on_small_disk, sys.executable, "-c", DERIVE, str(store), str(disk)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "No space left on device" in done.stdout) == (0, True)


def test_a_newer_version_is_derived_and_the_older_one_removed(tmp_path: Path) -> None:
    store = make_store(tmp_path, [Toy("en", [1, 0]), Toy("de", [0, 1])], 2)
    first = open_derived(store)
    (tmp_path / "derived" / f".{store.version}.123.partial").mkdir()  # left by a process that was killed
    store.commit(iter(()), ["d0"])
    newest = Store.open(tmp_path)
    second = open_derived(newest)
    assert [block.language for block in second.blocks] == ["de"]
    assert [each.name for each in (tmp_path / "derived").iterdir()] == [str(newest.version)]
    assert first.passages([1])[0]["passage_id"] == "p0"  # who has it open goes on
    assert first.vectors.shape == (2, 2)


@pytest.mark.parametrize("file", ["about.json", "vectors.f32", "passages-0.arrow", "codes.arrow", "lexicon/words.txt"])
@pytest.mark.parametrize("how", ["missing", "empty", "half"])
def test_what_is_damaged_is_derived_again(tmp_path: Path, file: str, how: str) -> None:
    store = make_store(tmp_path, [Toy("en", [1, 0], "one two"), Toy("en", [0, 1], "three")], 2)
    path = open_derived(store).folder / file
    content = path.read_bytes()
    path.unlink()
    if how != "missing":
        path.write_bytes(b"" if how == "empty" else content[: len(content) // 2])
    if file == "lexicon/words.txt" and how != "missing":
        return  # a list of words can be shorter
    again = open_derived(store)
    assert again.passages([0])[0]["text"] == "one two"
    assert path.read_bytes() == content


def test_what_another_release_derived_is_derived_again(tmp_path: Path) -> None:
    store = make_store(tmp_path, [Toy("en", [1, 0])], 2)
    path = open_derived(store).folder / "about.json"
    content = path.read_text(encoding="utf-8")
    path.write_text(content.replace('"format": ', '"format": 9', 1), encoding="utf-8")
    assert open_derived(store).about.passages == 1
    assert path.read_text(encoding="utf-8") == content


def test_a_reader_that_lost_its_folder_to_a_writer_derives_again(tmp_path: Path) -> None:
    store = make_store(tmp_path, [Toy("en", [1, 0])], 2)
    shutil.rmtree(open_derived(store).folder)
    assert open_derived(store).about.passages == 1


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    store = make_store(tmp_path, [Toy("en", [1, 0])], 2)
    (tmp_path / "derived").write_text("a file in the way")
    with pytest.raises(IsoglotError, match="cannot be written to"):
        open_derived(store)


def test_threads_open_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_derived(tmp_path, [Toy("en", [1, 0])], 2).folder
    alone, read = Lock(), rows.read_array

    def reading(*asked: Any) -> np.ndarray:
        assert alone.acquire(blocking=False)
        sleep(0.01)
        alone.release()
        return read(*asked)

    monkeypatch.setattr("isoglot.search.derived.derived.read_array", reading)
    with ThreadPoolExecutor(4) as threads:
        assert [derived.about.passages for derived in threads.map(read_derived, [folder] * 4)] == [1] * 4


def test_a_large_index_is_quantised_and_its_recall_measured(tmp_path: Path) -> None:
    store = make_store(tmp_path, random_toys(3000, 64, ["de", "en", "sw"]), 64)
    derive(store, tmp_path / "derived" / "large", exact_below=600)
    derived = read_derived(tmp_path / "derived" / "large")
    assert [block.scan for block in derived.about.blocks] == ["quantised"] * 3
    assert all(isinstance(block.scan, QuantisedScan) for block in derived.blocks)
    assert derived.about.recall_questions == 200
    assert min(block.recall for block in derived.about.blocks) >= 0.98
    random = np.random.default_rng(1).permutation(3000)[:50]
    true = [set(np.argsort(-(derived.vectors @ derived.vectors[row]))[1:11].tolist()) for row in random]
    found = []
    for row in random:
        tops = derived.nearest([(block, None) for block in derived.blocks], derived.vectors[row], 11)
        rows, scores = (np.concatenate(each) for each in zip(*tops, strict=True))
        order = np.argsort(-scores)
        found.append({each for each in rows[order][:11].tolist() if each != row})
    share = np.mean([len(one & other) / 10 for one, other in zip(found, true, strict=True)])
    assert share >= 0.98
    assert abs(share - derived.about.recall) < 0.02


@pytest.mark.parametrize("depth", [10, 40, 100])
def test_more_is_scored_where_more_is_asked_for(depth: int, tmp_path: Path) -> None:
    store = make_store(tmp_path, random_toys(3000, 64, ["de", "en"]), 64)
    derive(store, tmp_path / "derived" / "deep", exact_below=600)
    derived = read_derived(tmp_path / "derived" / "deep")
    shares = []
    for query in derived.vectors[::150]:
        found = derived.nearest([(block, None) for block in derived.blocks], query, depth)
        for block, (nearest, _) in zip(derived.blocks, found, strict=True):
            true = block.start + np.argsort(-(derived.vectors[block.start : block.stop] @ query))[:depth]
            shares.append(len({*nearest[:depth].tolist()} & {*true.tolist()}) / depth)
    assert np.mean(shares) >= 0.98


@pytest.mark.parametrize(("size", "read"), [(8, 1), (2**60, 0)])
def test_vectors_are_read_ahead_where_they_fit_into_memory(searcher: Searcher, size: int, read: int) -> None:
    taken: list[int] = []
    vectors = SimpleNamespace(nbytes=size, ravel=lambda: taken.append(1) or np.zeros(2))
    replace(searcher.derived, vectors=vectors).warm()  # type: ignore[arg-type]
    assert len(taken) == read


class Blind:
    """A quantised scan that finds nothing right."""

    def nearest(self, query: object, depth: int) -> np.ndarray:
        return np.arange(50, 100)


def test_a_scan_that_finds_too_little_is_left_for_the_exact_one() -> None:
    vectors = np.eye(100, 64, dtype=np.float32)
    chosen = measure(vectors, Blind(), vectors[:5], np.arange(5))  # type: ignore[arg-type]
    assert (chosen.scored, chosen.recall) == (0, 1.0)


def test_recall_of_the_pool_by_hand() -> None:
    vectors = np.eye(12, dtype=np.float32)
    query = np.linspace(1, 0.1, 12, dtype=np.float32)[None]
    blocks = [measure(vectors[:6], None, query, np.array([-1])), measure(vectors[6:], None, query, np.array([-1]))]
    assert pool_recall(blocks, [0, 6]) == 1.0
    rows, scores = blocks[1].found.rows.copy(), blocks[1].found.scores.copy()
    rows[0, :2], scores[0, :2] = -1, -np.inf  # rows 6 and 7 of the true 10 are not found, and 10 and 11 stand for them
    blocks[1] = replace(blocks[1], found=Nearest(rows, scores))
    assert pool_recall(blocks, [0, 6]) == pytest.approx(0.8)
    assert recall(np.array([[-1]]), np.array([[-1]])) == 1.0
