"""How a name, `name=PATH`, a group or a path becomes a Collection, or several."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path

from isoglot.data import storage
from isoglot.data.collection import Collection
from isoglot.data.download import MARKER, Progress, download
from isoglot.data.entries import ALIASES, GROUPS, SOURCES, Source
from isoglot.data.sources import parallel_qa
from isoglot.errors import RequestError, unknown
from isoglot.files import cache_folder

Opener = Callable[[], Collection]


def open_collection(text: str) -> Collection:
    """Open a collection by name, `name=PATH`, folder of our own format, or path of a parallel QA file.

    Raises:
        RequestError: no such name or path, a group, or the content is not what it should be.
    """
    if is_group(text):
        members = GROUPS[_split(text)[0]]
        names = ", ".join(members)
        raise RequestError(f"{text} is a group of {len(members)} collections and one is needed; write one of {names}.")
    return _openers(text)[0]()


def is_group(text: str) -> bool:
    """Whether `name` or `name=PATH` names a group, whose members are opened by `open_collections`."""
    return _split(text)[0] in GROUPS


def open_collections(text: str) -> Iterator[Collection]:
    """Open a collection as `open_collection` does, or the members of a group (`group` or `group=PATH`) one by one.

    All are looked for at once, but each is read only when it is asked for.

    Raises:
        RequestError: as `open_collection`, or a member of the group is missing.
    """
    return (opener() for opener in _openers(text))


def download_collections(name: str, out: Path | None = None, progress: Progress = lambda *_: None) -> dict[str, Path]:
    """Fetch a collection, or the members of a group, from its public source; what is there already is left alone.

    Args:
        name: a name or a group.
        out: where to put it (of a group: what `group=PATH` takes); by default where opening by name looks.
        progress: see `fetch`.

    Returns:
        The folder of each collection.

    Raises:
        RequestError: no such name, or it has no public source.
        IsoglotError: it could not be fetched.
    """
    members = {member: _source(member) for member in _members(name)}
    one_place = len({source.place for source in members.values()}) == 1
    found = {}
    for member, source in members.items():
        if source.public is None:
            raise RequestError(f"{member} has no public source; {_write_path(member, source)}")
        folder = downloads_folder() / source.place
        if out is not None:
            folder = out if one_place else out / folder.name
        if not (folder / MARKER).is_file():
            download(source.public, folder, progress)
        found[member] = folder / source.inside
    return found


def downloads_folder() -> Path:
    """Where downloaded collections are kept."""
    return cache_folder() / "collections"


def _openers(text: str) -> list[Opener]:
    name, path = _split(text)
    if path and name in GROUPS:
        return [_opener(member, str(_in_group(Path(path), member))) for member in GROUPS[name]]
    if path is not None or name in SOURCES or name in GROUPS:
        return [_opener(member, path) for member in _members(name)]
    if text and Path(text).is_dir():
        return [lambda: storage.load(Path(text))]
    if text.endswith((".jsonl", ".jsonl.gz")):
        if not Path(text).exists():
            raise RequestError(f"{text} does not exist; check the path.")
        return [lambda: parallel_qa.read(Path(text))]
    if text and Path(text).exists():
        raise RequestError(f"{text} is neither a folder nor a .jsonl file; rename it, or write NAME={text}.")
    raise _no_such(text)


def _split(text: str) -> tuple[str, str | None]:
    """The name and the path of `name=PATH`; the path is None where none is given."""
    name, given, path = text.partition("=")
    if Path(text).exists() or not given:
        return ALIASES.get(text, text), None
    return ALIASES.get(name, name), path


def _members(name: str) -> tuple[str, ...]:
    name = ALIASES.get(name, name)
    return GROUPS.get(name, (name,))


def _in_group(folder: Path, member: str) -> Path:
    """Where a member lies in the folder of its group: in android of beir/cqadupstack, in scifact of beir/small."""
    own = folder / member.rpartition("/")[2]
    return folder if SOURCES[member].shares_folder and not own.exists() else own


def _source(name: str) -> Source:
    if name not in SOURCES:
        raise _no_such(name)
    return SOURCES[name]


def _no_such(name: str) -> RequestError:
    """The error that names families, for there are too many names, and the nearest name."""
    names = [*SOURCES, *GROUPS, *ALIASES]
    families = [each.partition("/")[0] for each in names]
    return unknown("collection", name, dict.fromkeys([*families, *get_close_matches(name, names, n=1, cutoff=0.5)]))


def _opener(name: str, path: str | None) -> Opener:
    source = _source(name)
    if source.needs is None:
        if path is not None:
            raise RequestError(f"{name} is embedded and takes no path; write {name} alone.")
        return lambda: source.open(Path())
    if path == "":
        raise RequestError(f"{name}= names no path; {_write_path(name, source)}")
    place = _downloaded(name, source) if path is None else Path(path)
    if not place.exists():
        raise RequestError(f"{place} does not exist; {name} needs {source.needs}.")
    return lambda: source.open(place)


def _downloaded(name: str, source: Source) -> Path:
    folder = downloads_folder() / source.place / source.inside
    if source.public is None or not folder.exists():
        fetch = f"run 'isoglot data download {name}', or " if source.public else ""
        raise RequestError(f"{name} has no local copy; {fetch}{_write_path(name, source)}")
    return folder


def _write_path(name: str, source: Source) -> str:
    if source.needs is None:
        return f"it is embedded; write {name} alone."
    return f"write {name}=PATH, where PATH is {source.needs}."
