"""One Ray cluster of two nodes for all tests here; nothing of it is left afterwards."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from tempfile import mkdtemp
from time import monotonic, sleep

import pytest
from sentence_transformers import SentenceTransformer

from isoglot.models.load import load_model
from toys import all_texts, save_xlm_roberta

TESTS = Path(__file__).resolve().parents[1]
NODE = {"num_cpus": 2, "object_store_memory": 80 * 2**20}
ENCODERS = 1  # every one is a process that imports torch for seconds; a test of several says so
END_SECONDS = 30


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> SentenceTransformer:
    """A tiny encoder."""
    folder = save_xlm_roberta(tmp_path_factory.mktemp("model"), all_texts(60, ("en", "de", "fr")))
    return load_model(str(folder))


@pytest.fixture(scope="session")
def cluster(_own_cache: None) -> Iterator[str]:
    """The address of the cluster, to which this process is connected."""
    folder = Path(mkdtemp(prefix="isoglot-", dir="/tmp"))  # sockets lie in it, whose paths must be short
    (folder / "ray").mkdir()
    settings = {
        "RAY_TMPDIR": str(folder),
        "RAY_AUTH_TOKEN": token_hex(32),
        "RAY_worker_niceness": "0",
        "RAY_memory_monitor_refresh_ms": "0",  # workers shall not die because others need memory
        "PYTHONPATH": os.pathsep.join([str(TESTS), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        import ray  # noqa: PLC0415 (an extra)
        from ray.cluster_utils import Cluster  # noqa: PLC0415

        nodes = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
        nodes.add_node(**NODE)
        patch.setattr("isoglot.scale.data.processors", lambda: ENCODERS)
        ray.init(address=nodes.address, log_to_driver=False, logging_level="ERROR")
        yield nodes.address
        ray.shutdown()
        nodes.shutdown()
        assert_ended(folder)
        shutil.rmtree(folder)


def assert_ended(folder: Path) -> None:
    """No process of the cluster is left."""
    stop = monotonic() + END_SECONDS
    while left := processes_of(folder):
        assert monotonic() < stop, f"still there: {left}"
        sleep(0.2)


def processes_of(folder: Path) -> list[str]:
    """The commands of processes that name the cluster's folder."""
    commands = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # ended meanwhile
            continue
    return [command for command in commands if str(folder) in command]
