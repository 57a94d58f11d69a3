"""The entries of the catalogue: every collection that has a name, and the groups of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from isoglot.data.collection import Collection
from isoglot.data.download import HubFiles, Public
from isoglot.data.fetch import PublicFile
from isoglot.data.sources import beir, beir_sets, belebele, bright, lareqa, miracl, mkqa, parallel_qa, worldfacts

MIRACL_LANGUAGES = ("ar", "bn", "de", "en", "es", "fa", "fi", "fr", "hi", "id", "ja", "ko", "ru", "sw", "te", "th",
                    "yo", "zh")  # fmt: skip
BRIGHT_LONG = ("biology", "earth_science", "economics", "psychology", "robotics", "stackoverflow",
               "sustainable_living", "pony")  # fmt: skip
BRIGHT_DOMAINS = (*BRIGHT_LONG, "leetcode", "aops", "theoremqa_questions", "theoremqa_theorems")
MKQA_FILE = PublicFile(
    "https://raw.githubusercontent.com/apple/ml-mkqa/651b8cc85c407270b024157aff06ee6ab8c4fc6d/dataset/mkqa.jsonl.gz"
)


@dataclass(frozen=True)
class Source:
    """A collection that has a name.

    Args:
        description: one line on what it is.
        licence: licence of the texts.
        open: reads it, from the path given where it needs one.
        needs: what the path has to be, None for an embedded collection.
        public: where anyone may fetch it, None where it must be given by path.
        place: the folder, below that of all downloads, that fetching it fills; several names may share one.
        inside: where in that folder it lies.
        shares_folder: whether one folder may hold several members of its group, as a copy of the hub does.
    """

    description: str
    licence: str
    open: Callable[[Path], Collection]
    needs: str | None = None
    public: Public | None = None
    place: str = ""
    inside: str = ""
    shares_folder: bool = False


def _read_worldfacts(_: Path, part: str) -> Collection:
    return worldfacts.read(part)


def _worldfacts(part: str, description: str) -> Source:
    return Source(description, "Unicode-3.0, Apache-2.0", partial(_read_worldfacts, part=part))


def _lareqa(name: str, description: str, licence: str, sha256: dict[str, str]) -> dict[str, Source]:
    def source(full_name: str, context: bool) -> Source:
        candidates = "sentences with their paragraph" if context else "sentences"
        return Source(
            f"LAReQA's {description}; candidates are {candidates}; evaluation only",
            licence,
            partial(lareqa.read, name=full_name, context=context, licence=licence),
            "the folder of its <language>.json files",
            lareqa.public_files(name, sha256),
            name,
        )

    return {name: source(name, context=False), f"{name}/context": source(f"{name}/context", context=True)}


def _beir(name: str, row: beir_sets.BeirSet, size: str = "", inside: str = "") -> Source:
    read = partial(
        beir.read,
        name=f"beir/{name}",
        split=beir_sets.SPLITS.get(name, "test"),
        own_id_excluded=name in beir_sets.OWN_ID_EXCLUDED,
        licence=row.licence,
    )
    place = name.partition("/")[0]
    public = (PublicFile(beir_sets.URL.format(place), f"md5:{row.md5}"),) if row.md5 else None
    description = f"{row.title}: {row.task}; {size or f'{row.queries:,} queries, {row.passages:,} passages'}"
    return Source(description, row.licence, read, "its folder in BEIR's format", public, f"beir/{place}", inside)


def _miracl(language: str) -> Source:
    name = f"miracl/{language}"
    patterns = tuple(f"{kind}-v1.0-{language}/*" for kind in ("miracl", "miracl-corpus"))
    return Source(
        f"MIRACL dev, {language}: native questions over Wikipedia",
        miracl.LICENCE,
        partial(miracl.read, language=language, name=name),
        "the folder of its topics, qrels and corpus",
        HubFiles(("miracl/miracl", "miracl/miracl-corpus"), patterns),
        name,
        shares_folder=True,
    )


def _bright(name: str, domain: str, long: bool) -> Source:
    documents = "long_documents" if long else "documents"
    return Source(
        f"BRIGHT, {domain}: questions that take reasoning; passages are {'whole pages' if long else 'pieces of pages'}",
        bright.LICENCE,
        partial(bright.read, name=name, domain=domain, long=long),
        "the folder of its examples and documents",
        HubFiles(("xlangai/BRIGHT",), (f"examples/{domain}-*", f"{documents}/{domain}-*")),
        name,
        shares_folder=True,
    )


def _mkqa() -> Source:
    corpus = PublicFile(beir_sets.URL.format("nq"), f"md5:{beir_sets.SETS['nq'].md5}")
    return Source(
        "MKQA: questions in 26 languages over English passages; evaluation only",
        mkqa.LICENCE,
        partial(mkqa.read, name="mkqa"),
        "the folder of mkqa.jsonl and corpus.jsonl",
        (MKQA_FILE, corpus),
        "mkqa",
    )


def _belebele() -> Source:
    return Source(
        "Belebele: 900 questions on 488 passages, parallel in 122 languages; evaluation only",
        belebele.LICENCE,
        partial(belebele.read, name="belebele"),
        "the folder of its <FLORES code>.jsonl files",
        HubFiles(("facebook/belebele",), ("data/*.jsonl",)),
        "belebele",
    )


SOURCES: dict[str, Source] = {
    "worldfacts": _worldfacts("all", "embedded: facts from Unicode CLDR, train and held-out; evaluation only"),
    "worldfacts/train": _worldfacts("train", "embedded: the facts to train on"),
    "worldfacts/held-out": _worldfacts("held-out", "embedded: held-out facts and relations; evaluation only"),
    **_lareqa("xquad-r", "XQuAD-R, 11 languages", "CC BY-SA 4.0", lareqa.XQUAD_R_SHA256),
    **_lareqa("mlqa-r", "MLQA-R, 7 languages", "CC BY-NC 4.0", lareqa.MLQA_R_SHA256),
    "belebele": _belebele(),
    "mkqa": _mkqa(),
    **{f"beir/{name}": _beir(name, row) for name, row in beir_sets.SETS.items()},
    "beir/hotpotqa-9k": _beir("hotpotqa-9k", beir_sets.HOTPOTQA_9K),
    **{
        f"beir/cqadupstack/{forum}": _beir(
            f"cqadupstack/{forum}", beir_sets.CQADUPSTACK, f"one of twelve forums, {forum}", inside=forum
        )
        for forum in beir_sets.FORUMS
    },
    **{f"miracl/{language}": _miracl(language) for language in MIRACL_LANGUAGES},
    **{f"bright/{domain}": _bright(f"bright/{domain}", domain, long=False) for domain in BRIGHT_DOMAINS},
    **{f"bright/long/{domain}": _bright(f"bright/long/{domain}", domain, long=True) for domain in BRIGHT_LONG},
    "parallel-qa": Source(
        "a topic a line, a query and a passage in each language",
        "your own",
        parallel_qa.read,
        "a .jsonl or .jsonl.gz file",
    ),
}

ALIASES = {"beir/touche-2020": "beir/webis-touche2020"}

GROUPS: dict[str, tuple[str, ...]] = {
    "beir/reasoning": tuple(f"beir/{name}" for name in beir_sets.REASONING),
    "beir/small": tuple(f"beir/{name}" for name in beir_sets.SMALL),
    "beir/cqadupstack": tuple(f"beir/cqadupstack/{forum}" for forum in beir_sets.FORUMS),
    "miracl": tuple(f"miracl/{language}" for language in MIRACL_LANGUAGES),
    "bright": tuple(f"bright/{domain}" for domain in BRIGHT_DOMAINS),
    "bright/long": tuple(f"bright/long/{domain}" for domain in BRIGHT_LONG),
}

# What a family of names is, for the list; the members of a family share the first part of their names.
FAMILIES = {
    "beir": "BEIR, English: 18 sets of many tasks (cqadupstack is twelve) and MS MARCO; evaluation only",
    "miracl": "MIRACL, a collection for each of 18 languages; evaluation only",
    "bright": "BRIGHT, English: 12 domains of questions that take reasoning; evaluation only",
}
