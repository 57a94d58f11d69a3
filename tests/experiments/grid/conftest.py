"""Commands of an experiment that take no time: each leaves what it should, or fails."""

import json
import sys
from pathlib import Path

import pytest

from isoglot.experiments.grid.work import Step

PROGRAM = """
import json, pathlib, sys
result, arguments = pathlib.Path(sys.argv[1]), sys.argv[2:]
print("started")
if any("broken" in pathlib.Path(part).read_text() for part in arguments if part.endswith("recipe.yaml")):
    print("isoglot: broken does not exist; check the path.", file=sys.stderr)
    sys.exit(2)
result.parent.mkdir(parents=True, exist_ok=True)
result.write_text(json.dumps({"arguments": arguments}))
"""


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings and evaluations that only write their arguments; a recipe that names 'broken' fails."""

    def command(step: Step) -> list[str]:
        return [sys.executable, "-S", "-c", PROGRAM, str(step.result), *step.arguments]

    monkeypatch.setattr(Step, "command", property(command))


def arguments_in(path: Path) -> list[str]:
    """What the command was called with that wrote a result."""
    return json.loads(path.read_text(encoding="utf-8"))["arguments"]
