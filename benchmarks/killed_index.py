"""Kills `index_source` at random moments and looks at what the index holds then.

    python benchmarks/killed_index.py MODEL [KILLS]

Every round changes a folder of files (some are new, some change, some go), starts an update in a process of its own,
and kills it after a part of the time that a whole update takes. The index must open and hold the files as they were
before or as they are now: every text, with the vector that the model gives it.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from isoglot.models.encode import encode
from isoglot.models.load import load_model
from isoglot.search.build import EncoderRequest, index_source
from isoglot.search.documents import open_source
from isoglot.search.store.store import Store, is_index

FILES, CHANGED = 400, 40
WORDS = ["river", "Fluss", "fleuve", "ποταμός", "แม่น้ำ", "河流", "sea", "Meer", "mer", "θάλασσα", "ทะเล", "大海"]


def change(folder: Path, draw: random.Random) -> dict[str, str]:
    """Change some files, and say what all hold now."""
    for number in draw.sample(range(FILES), CHANGED):
        file = folder / f"{number}.txt"
        if file.exists() and draw.random() < 0.3:
            file.unlink()
        else:
            file.write_text(" ".join(draw.choices(WORDS, k=30)) + f" {draw.random()}", encoding="utf-8")
    return {f"{folder.name}/{file.name}": file.read_text(encoding="utf-8") for file in folder.iterdir()}


def update(folder: Path, out: Path, model: str) -> None:
    """One whole update."""
    index_source(open_source(str(folder)), out, EncoderRequest(model))


def killed_update(folder: Path, out: Path, model: str, seconds: float) -> None:
    """An update in a forked process, killed after some seconds; the process that forks has used no threads yet."""
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        update(folder, out, model)
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def held(out: Path) -> dict[str, tuple[str, list[float]]]:
    """Text and vector of every document of an index; none where there is no index."""
    if not is_index(out):
        return {}
    batches = Store.open(out).batches(["document_id", "text", "vector"])
    rows = [row for batch in batches for row in batch.to_pylist()]
    assert len({row["document_id"] for row in rows}) == len(rows), "a document is there twice"
    return {row["document_id"]: (row["text"], row["vector"]) for row in rows}


def check_vectors(found: dict[str, tuple[str, list[float]]], model: str) -> None:
    """Compare vectors with new ones."""
    if found:
        expected = encode(load_model(model), [text for text, _ in found.values()], "passage")
        np.testing.assert_allclose([vector for _, vector in found.values()], expected, atol=1e-5)


def looked_at(out: Path, states: list[dict[str, str]], model: str) -> int:
    """Which of the states an index holds, in a process of its own so that this one may go on forking."""
    child = os.fork()
    if child == 0:
        found = held(out)
        check_vectors(found, model)
        texts = {name: text for name, (text, _) in found.items()}
        os._exit(states.index(texts) if texts in states else 99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(model: str, kills: int) -> None:
    """Kill that often, and print how it went."""
    warnings.simplefilter("ignore")
    draw = random.Random(0)
    place = Path(tempfile.mkdtemp())
    folder, out = place / "files", place / "index"
    folder.mkdir()
    before: dict[str, str] = {}
    outcomes: Counter[str] = Counter()
    longest = 10.0
    for number in range(kills):
        now = change(folder, draw)
        started = time.monotonic()
        killed_update(folder, out, model, draw.uniform(0, longest))
        state = looked_at(out, [before, now], model)
        outcomes[{0: "old", 1: "new"}.get(state, "half")] += 1
        print(f"{number + 1}: killed after {time.monotonic() - started:.1f} s: {outcomes}", flush=True)
        before = now if state == 1 else before
        if state not in (0, 1):
            sys.exit(f"half a state in {out}")
    shutil.rmtree(place)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 50)
