"""The collections known by name, and how a name, `name=PATH` or path becomes a Collection."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from isoglot.data import storage
from isoglot.data.collection import Collection
from isoglot.data.sources import lareqa, parallel_qa, worldfacts
from isoglot.errors import RequestError, unknown


@dataclass(frozen=True)
class Source:
    """A collection that has a name.

    Args:
        description: one line on what it is.
        licence: licence of the texts.
        open: reads it, from the path given where it needs one.
        needs: what the path has to be, None for an embedded collection.
    """

    description: str
    licence: str
    open: Callable[[Path], Collection]
    needs: str | None = None


def _lareqa(name: str, description: str, licence: str) -> dict[str, Source]:
    needs = "the folder of its <language>.json files"

    def reader(full_name: str, context: bool) -> Callable[[Path], Collection]:
        return lambda path: lareqa.read(path, full_name, context=context, licence=licence)

    return {
        name: Source(f"{description}; candidates are sentences", licence, reader(name, False), needs),
        f"{name}/context": Source(
            f"{description}; candidates are sentences with their paragraph",
            licence,
            reader(f"{name}/context", True),
            needs,
        ),
    }


def _worldfacts(part: str, description: str) -> Source:
    return Source(description, "Unicode-3.0, Apache-2.0", lambda _: worldfacts.read(part))


SOURCES: dict[str, Source] = {
    "worldfacts": _worldfacts("all", "embedded: facts from Unicode CLDR, train and held-out; evaluation only"),
    "worldfacts/train": _worldfacts("train", "embedded: the facts to train on"),
    "worldfacts/held-out": _worldfacts("held-out", "embedded: held-out facts and relations; evaluation only"),
    **_lareqa("xquad-r", "LAReQA's XQuAD-R, 11 languages; evaluation only", "CC BY-SA 4.0"),
    **_lareqa("mlqa-r", "LAReQA's MLQA-R, 7 languages; evaluation only", "CC BY-NC 4.0"),
    "parallel-qa": Source(
        "a topic a line, a query and a passage in each language",
        "your own",
        parallel_qa.read,
        "a .jsonl or .jsonl.gz file",
    ),
}


def open_collection(text: str) -> Collection:
    """Open a collection by name, `name=PATH`, folder of our own format, or path of a parallel QA file.

    Raises:
        RequestError: no such name or path, or the content is not what it should be.
    """
    name, given, path = text.partition("=")
    if given and not Path(text).exists():
        return _open_source(name, path)
    if text in SOURCES:
        return _open_source(text, None)
    if text and Path(text).is_dir():
        return storage.load(Path(text))
    if text.endswith((".jsonl", ".jsonl.gz")):
        return parallel_qa.read(Path(text))
    if text and Path(text).exists():
        raise RequestError(f"{text} is neither a folder nor a .jsonl file; rename it, or write NAME={text}.")
    raise unknown("collection", text, SOURCES)


def _open_source(name: str, path: str | None) -> Collection:
    if name not in SOURCES:
        raise unknown("collection", name, SOURCES)
    source = SOURCES[name]
    if source.needs is None:
        if path is not None:
            raise RequestError(f"{name} is embedded and takes no path; write {name} alone.")
        return source.open(Path())
    if not path:
        raise RequestError(f"{name} needs a local copy; write {name}=PATH, where PATH is {source.needs}.")
    if not Path(path).exists():
        raise RequestError(f"{path} does not exist; {name} needs {source.needs}.")
    return source.open(Path(path))
