"""Every room of the package imports only the rooms that the architecture allows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import isoglot

PACKAGE = Path(isoglot.__file__).parent
GROUND = {"errors", "files", "versions", "__version__"}
EXPERIMENTS = {"data", "batches", "models", "training", "evaluation"}
ALLOWED = {
    "errors": set(),
    "files": set(),
    "versions": set(),
    "__init__": set(),
    "data": set(),
    "batches": {"data"},
    "models": {"data"},
    "evaluation": {"data", "models"},
    "training": {"data", "batches", "models", "evaluation"},
    "experiments": EXPERIMENTS,
    "search": {"data", "models"},
    "scale": EXPERIMENTS | {"search", "experiments"},
    "__main__": {"cli"},
    "cli": EXPERIMENTS | {"search", "experiments", "scale"},
}
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).with_suffix("").parts[0]


def imported_modules(source: str, package: list[str]) -> Iterator[list[str]]:
    """Dotted names of all imports, also those inside functions; relative ones resolved against `package`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = base + (node.module.split(".") if node.module else [])
            yield from ([*module, alias.name] for alias in node.names)


def imported_rooms(source: str, package: list[str]) -> set[str]:
    return {
        name[1] if len(name) > 1 else "cli" for name in imported_modules(source, package) if name[0] == "isoglot"
    }  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_file_imports_only_what_its_room_may(file: Path) -> None:
    room, package = room_of(file), ["isoglot", *file.relative_to(PACKAGE).parts[:-1]]
    found = imported_rooms(file.read_text(encoding="utf-8"), package)
    assert found <= ALLOWED[room] | GROUND | {room}


def test_every_room_stands_in_the_table() -> None:
    assert {room_of(file) for file in FILES} <= set(ALLOWED)


@pytest.mark.parametrize(
    ("source", "rooms"),
    [
        ("import isoglot.training.loss", {"training"}),
        ("from isoglot import cli", {"cli"}),
        ("from isoglot.models.load import load", {"models"}),
        ("def f():\n    if x:\n        from isoglot.search import y", {"search"}),
        ("from ..batches import Plan", {"batches"}),
        ("from .. import batches", {"batches"}),
        ("from . import split", {"data"}),
        ("import isoglotter, numpy\nfrom torch import isoglot", set()),
    ],
)
def test_the_search_for_imports_sees_every_form(source: str, rooms: set[str]) -> None:
    assert imported_rooms(source, ["isoglot", "data"]) == rooms
