"""What the tests of the command line share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from isoglot.cli import main
from toys import write_parallel_qa


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A parallel collection of 30 topics in three languages."""
    return write_parallel_qa(tmp_path_factory.mktemp("corpus") / "toy.jsonl", 30)


@pytest.fixture
def isoglot(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process: exit code, standard output, standard error."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "dumb")

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        return int(caught.value.code or 0), *capsys.readouterr()

    return call
