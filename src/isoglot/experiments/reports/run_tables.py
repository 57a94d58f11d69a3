"""What the run cost, what it left undone, whether it leaked, and what it was made with."""

import shlex
from collections import Counter
from pathlib import Path
from typing import Any

from isoglot.experiments.grid.folder import LOG
from isoglot.experiments.grid.work import Work, work_of
from isoglot.experiments.reports.content import Content
from isoglot.experiments.reports.numbers import counted, duration
from isoglot.experiments.reports.score_tables import systems_in_order
from isoglot.experiments.reports.table import Table, Value

FOLDER = "EXPERIMENT"
TAIL_BYTES = 4096


def cost_table(content: Content) -> Table:
    """Training time of each system with its hardware, and what its evaluations took."""
    rows = []
    for system in systems_in_order(content):
        own = [
            content.records[cell.key] for cell in content.cells if cell.system == system and cell.key in content.records
        ]
        if own:
            steps = max(record["recipe"]["steps"] for record in own)
            seconds = sum(record["seconds"] for record in own) / len(own)
            hardware = " / ".join(dict.fromkeys(_hardware(record["hardware"]) for record in own))
            rows.append([system, str(len(own)), f"{steps:,}", duration(seconds), duration(_evaluated(content, system)),
                         hardware])  # fmt: skip
        else:
            rows.append([system, "0", "–", "–", duration(_evaluated(content, system)), "–"])
    total = sum(record["seconds"] for record in content.records.values())
    note = (
        "Times are means over seeds; training with its evaluations on dev topics, evaluation on all collections with "
        f"encoding (kept vectors are not encoded again). All trainings together: {duration(total)}."
    )
    columns = ["system", "trainings", "steps", "training", "evaluation", "hardware"]
    return Table("cost", "Time and hardware", columns, [[Value(cell) for cell in row] for row in rows], note)


def unfinished(content: Content) -> list[tuple[str, str]]:
    """The cells and baselines that are not finished, and what their last command said."""
    works = work_of(content.spec, content.cells, content.folder)
    return [(work.name, _last_words(work)) for work in works if not work.is_done]


def commands(content: Content) -> list[tuple[str, list[str]]]:
    """The commands of every cell and baseline; the experiment's folder is the variable `FOLDER`."""
    works = work_of(content.spec, content.cells, Path(FOLDER))
    return [(work.name, [_command(step.arguments) for step in work.steps]) for work in works]


def hashes(content: Content) -> Table:
    """The collections by their content, and the versions of what made the results."""
    collections = {name: content.any_scores(name)["content_hash"] for name in content.collections}
    for record in content.records.values():
        collections |= {f"{each['name']} (training)": each["content_hash"] for each in record["collections"]}
        collections |= {f"{each['name']} (dev)": each["content_hash"] for each in record["dev"]}
    rows = [[Value(name), Value(content_hash)] for name, content_hash in collections.items()]
    return Table("hashes", "Collections", ["collection", "hash of its content"], rows)


def versions(content: Content) -> str:
    """Every version that a result was made with; several where the run went over an update."""
    made_with = [scores["versions"] for own in content.scores.values() for scores in own]
    made_with += [record["versions"] for record in content.records.values()]
    found: dict[str, Counter[str]] = {}
    for each in made_with:
        for name, version in each.items():
            found.setdefault(name, Counter())[version] += 1
    return ", ".join(f"{name} {' and '.join(sorted(own))}" for name, own in sorted(found.items()))


def _evaluated(content: Content, system: str) -> float:
    """Seconds that the evaluations of one seed took, over all collections."""
    return sum(
        sum(_seconds(each["cost"]) for each in scores) / len(scores)
        for (_, name), scores in content.scores.items()
        if name == system
    )


def _seconds(cost: dict[str, Any]) -> float:
    return float(sum(cost.get(f"{part}_seconds", 0.0) for part in ("encode", "rank", "measure")))


def _hardware(hardware: dict[str, Any]) -> str:
    workers = f", {hardware['workers']} workers" if hardware.get("workers", 1) > 1 else ""
    return f"{hardware['device']}, {counted(hardware['threads'], 'thread')} ({hardware['cpu']}){workers}"


def _last_words(work: Work) -> str:
    step = next(step for step in work.steps if not step.is_done)
    if step.result.is_file():
        return f"to be made again with other options at isoglot {step.arguments[0]}; shown as it was"
    log = work.folder.path / LOG
    text = log.read_bytes()[-TAIL_BYTES:].decode("utf-8", errors="replace").strip() if log.is_file() else ""
    said = f": {text.splitlines()[-1]}" if text else ""
    return f"{'failed or interrupted' if text else 'not begun'} at isoglot {step.arguments[0]}{said}"


def _command(arguments: list[str]) -> str:
    return f"isoglot {shlex.join(arguments)}".replace(f"{FOLDER}/", f"${FOLDER}/")
