"""What the models that a recipe names hold, where these are folders: another one may come into the place."""

from hashlib import file_digest, sha256
from pathlib import Path

from isoglot.models.load import ENTRIES
from isoglot.training.recipe import Recipe


def model_contents(recipe: Recipe) -> dict[str, str]:
    """The `content_of` the folders that a recipe trains from, by what they are in it: "model" and "teacher"."""
    folders = {role: Path(name) for role, name in (("model", recipe.model), ("teacher", recipe.teacher)) if name}
    return {
        role: content_of(folder)
        for role, folder in folders.items()
        if any((folder / entry).is_file() for entry in ENTRIES)
    }


def content_of(folder: Path) -> str:
    """Hash of the names and contents of a model's files, 64 hexadecimal digits; its card and hidden files are none."""
    found = sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != "README.md" and "/." not in f"/{name}":
            with path.open("rb") as file:
                found.update(f"{name} {file_digest(file, 'sha256').hexdigest()}\n".encode())
    return found.hexdigest()
