"""The embedding store when writers are killed, meet each other, or find the disk damaged or full."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from isoglot.models.store import EmbeddingStore, Space, SpaceKey
from isoglot.models.store.segments import read_segments

KEY = SpaceKey("a" * 64, "passage", "", None)
DIMENSIONS = 64

# Adds the texts first, first + 1, … in segments of `size`, and tells of each segment when it has been added.
WRITER = """
import resource, sys
from pathlib import Path
import numpy as np
from isoglot.models.store import EmbeddingStore, SpaceKey, space

assert "torch" not in sys.modules
space.MANY = 3
folder, first, segments, size, limit = sys.argv[1], *map(int, sys.argv[2:])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
target = EmbeddingStore(Path(folder)).space(SpaceKey("a" * 64, "passage", "", None))
for start in range(first, first + segments * size, size):
    numbers = np.arange(start, start + size)
    vectors = (np.outer(numbers + 1, np.arange(1, 65)) % 997).astype(np.float32)
    target.add([f"text {number}" for number in numbers], vectors)
    print(start + size, flush=True)
"""


def start_writer(folder: Path, first: int, segments: int, size: int, limit: int = 0) -> subprocess.Popen:
    numbers = map(str, (first, segments, size, limit))
    command = [sys.executable, "-c", WRITER, str(folder), *numbers]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def true_vectors(numbers: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
    return (np.outer(np.asarray(numbers) + 1, np.arange(1, 65)) % 997).astype(np.float32)


def numbers_found(space: Space, count: int) -> set[int]:
    """The texts below `count` that are found, each with its true vector."""
    found: set[int] = set()
    for positions, vectors in space.find([f"text {number}" for number in range(count)]):
        np.testing.assert_array_equal(vectors, true_vectors(positions))
        found |= set(positions.tolist())
    return found


def test_a_writer_killed_at_any_moment_leaves_a_store_that_opens_and_tells_the_truth(tmp_path: Path) -> None:
    space, moments = EmbeddingStore(tmp_path).space(KEY), np.random.default_rng()
    added = 0
    for size in [1, 300, 1000] * 7:
        writer = start_writer(tmp_path, added, 1000, size)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(moments.uniform(0, 0.04))
        writer.kill()
        told = writer.communicate()[0].split()
        assert writer.returncode == -9
        expected = set(range(int(told[-1]) if told else added + size))
        found = numbers_found(space, len(expected) + size)
        assert expected <= found <= set(range(len(expected) + size))
        added = len(found)
    (report,) = EmbeddingStore(tmp_path).report()
    assert report.texts >= added


def test_two_processes_that_write_the_same_at_once_disturb_neither_each_other_nor_a_reader(tmp_path: Path) -> None:
    space = EmbeddingStore(tmp_path).space(KEY)
    writers = [start_writer(tmp_path, first, 20, 20) for first in (0, 0, 200)]
    while any(writer.poll() is None for writer in writers):
        numbers_found(space, 600)
    assert [writer.communicate()[1] for writer in writers] == ["", "", ""]
    assert numbers_found(space, 700) == set(range(600))
    assert EmbeddingStore(tmp_path).report()[0].texts == 600


def test_a_file_that_cannot_be_written_whole_is_not_written(tmp_path: Path) -> None:
    writer = start_writer(tmp_path, 0, 1, 2000, limit=100_000)
    errors = writer.communicate()[1]
    assert writer.returncode == 1
    assert "OSError" in errors
    space = EmbeddingStore(tmp_path).space(KEY)
    assert [path.name for path in space.folder.iterdir()] == ["space.json"]
    assert numbers_found(space, 2000) == set()


def one_segment(folder: Path) -> tuple[Space, Path, Path]:
    """A space of five texts in one segment, and its files of texts and vectors."""
    space = EmbeddingStore(folder).space(KEY)
    space.add([f"text {number}" for number in range(5)], true_vectors(range(5)))
    (texts,), (vectors,) = space.folder.glob("*.texts.npy"), space.folder.glob("*.vectors.npy")
    return space, texts, vectors


@pytest.mark.parametrize("damaged", ["texts", "vectors"])
def test_a_file_cut_off_anywhere_is_passed_over(tmp_path: Path, damaged: str) -> None:
    space, texts, vectors = one_segment(tmp_path)
    file = texts if damaged == "texts" else vectors
    whole = file.read_bytes()
    for length in range(0, len(whole), 13):
        file.write_bytes(whole[:length])
        assert numbers_found(space, 5) == set()
    file.write_bytes(whole)
    assert numbers_found(space, 5) == set(range(5))


@pytest.mark.parametrize("damaged", ["texts", "vectors"])
def test_a_byte_changed_anywhere_never_gives_a_wrong_vector(tmp_path: Path, damaged: str) -> None:
    space, texts, vectors = one_segment(tmp_path)
    file = texts if damaged == "texts" else vectors
    whole = file.read_bytes()
    for place in [*range(128), *range(128, len(whole), 11)]:  # all of the header, some of the rest
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        assert len(numbers_found(space, 5)) <= 5  # each with its true vector


def test_a_damaged_vector_alone_is_missing_and_can_be_added_again(tmp_path: Path) -> None:
    space, _, vectors = one_segment(tmp_path)
    content = bytearray(vectors.read_bytes())
    content[-1] ^= 1
    vectors.write_bytes(content)
    assert numbers_found(space, 5) == {0, 1, 2, 3}
    space.add(["text 4"], true_vectors([4]))
    assert numbers_found(space, 5) == set(range(5))


def test_the_files_of_two_segments_do_not_mix(tmp_path: Path) -> None:
    space, _, vectors = one_segment(tmp_path)
    np.save(vectors, true_vectors([9, 8, 7, 6, 5]))
    assert numbers_found(space, 5) == set()


def test_files_of_another_kind_are_passed_over(tmp_path: Path) -> None:
    space, texts, vectors = one_segment(tmp_path)
    rows = np.load(texts)
    for strange in (np.zeros(5), np.zeros((5, 2), "S16"), rows[:4], rows.reshape(5, 1), np.array([{}], object)):
        np.save(texts, strange)
        assert list(read_segments(space.folder)) == []
    np.save(texts, rows)
    for strange in (np.zeros(5, np.float32), np.zeros((5, DIMENSIONS)), np.zeros((4, DIMENSIONS), np.float32)):
        np.save(vectors, strange)
        assert list(read_segments(space.folder)) == []
    np.savez(vectors.with_name("x"), rows)
    vectors.with_name("x.npz").replace(vectors)
    assert list(read_segments(space.folder)) == []
