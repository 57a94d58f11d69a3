"""A name, `name=PATH`, folder or file becomes a collection, or one sentence says what to write instead."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from isoglot.data import Collection, storage
from isoglot.data.catalogue import download_collections, open_collection, open_collections
from isoglot.data.download import HubFiles
from isoglot.data.entries import ALIASES, FAMILIES, GROUPS, SOURCES
from isoglot.data.fetch import PublicFile
from isoglot.errors import IsoglotError, RequestError

TOPIC = {"topic_id": "t", "parallel_id": "g", "text": {"en": {"query": "why?", "passage": "because"}}}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for downloads, whatever the user has fetched."""
    monkeypatch.setenv("ISOGLOT_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "collections"


def write_beir(folder: Path, query: str = "q", passage: str = "p") -> Path:
    """A set of one query and one passage."""
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(json.dumps({"_id": passage, "title": "", "text": folder.name}) + "\n")
    (folder / "queries.jsonl").write_text(json.dumps({"_id": query, "text": "why?"}) + "\n")
    for split in ("test", "dev"):
        (folder / "qrels" / f"{split}.tsv").write_text(f"query-id\tcorpus-id\tscore\n{query}\t{passage}\t1\n")
    return folder


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(TOPIC) + "\n")
    return path


@pytest.mark.parametrize(
    ("name", "nearest"), [("xquad_r", "xquad-r"), ("worldfact", "worldfacts"), ("mlqar=/tmp", "mlqa-r")]
)
def test_an_unknown_name_suggests_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(RequestError, match=f"did you mean '{nearest}'"):
        open_collection(name)


@pytest.mark.parametrize("name", ["", "=", "zzzzzz", "=/tmp", "no/such/folder"])
def test_nonsense_lists_what_is_known(name: str) -> None:
    with pytest.raises(RequestError, match=r"(; known|\? Known): .*xquad-r"):
        open_collection(name)


@pytest.mark.parametrize("name", ["xquad-r", "mlqa-r/context", "beir/scifact", "beir/cqadupstack/tex"])
def test_a_public_set_that_is_not_there_tells_how_to_get_it(name: str) -> None:
    said = f"{name} has no local copy; run 'isoglot data download {name}', or write {name}=PATH, where PATH is "
    with pytest.raises(RequestError, match=said):
        open_collection(name)


@pytest.mark.parametrize("name", ["parallel-qa", "beir/robust04", "beir/hotpotqa-9k"])
def test_a_set_that_is_not_public_asks_for_its_path(name: str) -> None:
    with pytest.raises(RequestError, match=f"{name} has no local copy; write {name}=PATH, where PATH is "):
        open_collection(name)


@pytest.mark.parametrize("name", ["xquad-r", "beir/scifact"])
def test_a_path_that_was_forgotten_is_asked_for(name: str) -> None:
    with pytest.raises(RequestError, match=f"{name}= names no path; write {name}=PATH"):
        open_collection(f"{name}=")


@pytest.mark.parametrize("given", ["worldfacts=/tmp", "worldfacts="])
def test_an_embedded_set_takes_no_path(given: str) -> None:
    with pytest.raises(RequestError, match="worldfacts is embedded and takes no path"):
        open_collection(given)


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="absent does not exist; xquad-r needs the folder"):
        open_collection(f"xquad-r={tmp_path / 'absent'}")
    with pytest.raises(RequestError, match=r"absent\.jsonl does not exist"):
        open_collection(str(tmp_path / "absent.jsonl"))


def test_a_folder_of_our_own_format(tiny: Collection, tmp_path: Path) -> None:
    storage.save(tiny, tmp_path / "tiny")
    assert open_collection(str(tmp_path / "tiny")).content_hash == tiny.content_hash
    with pytest.raises(RequestError, match=r"holds no collection\.json"):
        open_collection(str(tmp_path))


def test_a_path_may_hold_an_equals_sign(tiny: Collection, lines: Path, tmp_path: Path) -> None:
    folder = tmp_path / "alpha=0.5"
    storage.save(tiny, folder)
    assert open_collection(str(folder)).name == "tiny"
    moved = lines.rename(tmp_path / "a=b.jsonl")
    assert open_collection(str(moved)).topics == ["t"]
    assert open_collection(f"parallel-qa={moved}").topics == ["t"]


def test_lines_by_path_and_by_name(lines: Path) -> None:
    for text in (str(lines), f"parallel-qa={lines}"):
        collection = open_collection(text)
        assert (collection.name, collection.topics) == ("mine", ["t"])


def test_every_source_says_what_it_is() -> None:
    for name, source in SOURCES.items():
        assert source.description, name
        assert source.licence, name


def test_a_downloaded_set_opens_by_its_name(home: Path) -> None:
    write_beir(home / "beir" / "scifact")
    write_beir(home / "beir" / "cqadupstack" / "tex")
    assert open_collection("beir/scifact").name == "beir/scifact"
    assert open_collection("beir/cqadupstack/tex").passage_texts == ["tex"]
    with pytest.raises(RequestError, match="beir/cqadupstack/gis has no local copy"):
        open_collection("beir/cqadupstack/gis")


def test_a_path_wins_over_a_download(home: Path, tmp_path: Path) -> None:
    write_beir(home / "beir" / "scifact")
    assert open_collection(f"beir/scifact={write_beir(tmp_path / 'mine')}").passage_texts == ["mine"]


def test_a_local_set_needs_no_public_source(tmp_path: Path) -> None:
    collection = open_collection(f"beir/robust04={write_beir(tmp_path / 'robust')}")
    assert (collection.name, collection.licence) == ("beir/robust04", SOURCES["beir/robust04"].licence)


def test_an_alias_is_the_set_itself(home: Path, tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "t")
    assert open_collection(f"beir/touche-2020={folder}").name == "beir/webis-touche2020"
    with pytest.raises(RequestError, match="beir/webis-touche2020 has no local copy"):
        open_collection("beir/touche-2020")


def test_own_ids_are_excluded_in_arguana_and_quora_only(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "same")
    (folder / "corpus.jsonl").write_text("".join(json.dumps({"_id": each, "text": "x"}) + "\n" for each in "pq"))
    names = [name for name in SOURCES if name.startswith("beir/")]
    excluding = [name for name in names if open_collection(f"{name}={folder}").exclusions.num_rows]
    assert excluding == ["beir/arguana", "beir/quora"]


def test_ms_marco_is_read_from_its_dev_split(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "msmarco")
    (folder / "qrels" / "test.tsv").unlink()
    assert open_collection(f"beir/msmarco={folder}").topics == ["q"]


def test_a_group_opens_its_members_one_by_one(tmp_path: Path) -> None:
    members = ["scifact", "nfcorpus", "arguana", "fiqa", "scidocs"]
    for name in members:
        write_beir(tmp_path / "all" / name)
    (tmp_path / "all" / "scidocs" / "corpus.jsonl").write_text("no JSON")
    opened = open_collections(f"beir/small={tmp_path / 'all'}")
    assert [next(opened).name for _ in range(4)] == [f"beir/{name}" for name in members[:4]]
    with pytest.raises(RequestError, match="scidocs"):
        next(opened)


def test_a_missing_member_is_named_before_the_first_is_read(tmp_path: Path) -> None:
    write_beir(tmp_path / "scifact")
    with pytest.raises(RequestError, match=f"{tmp_path}/nfcorpus does not exist; beir/nfcorpus needs its folder"):
        open_collections(f"beir/small={tmp_path}")
    with pytest.raises(RequestError, match="beir/scifact has no local copy; run 'isoglot data download beir/scifact'"):
        open_collections("beir/small")


def test_forums_lie_in_their_folder_by_their_own_names(tmp_path: Path) -> None:
    for forum in ("android", "english", "gaming", "gis", "mathematica", "physics", "programmers", "stats", "tex",
                  "unix", "webmasters", "wordpress"):  # fmt: skip
        write_beir(tmp_path / "cqadupstack" / forum)
    opened = list(open_collections(f"beir/cqadupstack={tmp_path / 'cqadupstack'}"))
    assert [collection.passage_texts[0] for collection in opened[-2:]] == ["webmasters", "wordpress"]
    assert len(opened) == 12


def write_bright(folder: Path, domain: str) -> None:
    """One question of a domain, in pieces and in whole pages."""
    example = {"id": ["0"], "query": [domain], "gold_ids": [["p"]], "gold_ids_long": [["page"]],
               "excluded_ids": [["N/A"]]}  # fmt: skip
    for part, columns in (
        ("examples", example),
        ("documents", {"id": ["p"], "content": ["a piece"]}),
        ("long_documents", {"id": ["page"], "content": ["a page"]}),
    ):
        (folder / part).mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns), folder / part / f"{domain}-00000-of-00001.parquet")


def test_a_copy_of_the_hub_serves_a_whole_group(tmp_path: Path) -> None:
    for member in GROUPS["bright"]:
        write_bright(tmp_path, member.removeprefix("bright/"))
    opened = [(each.name, *each.query_texts, *each.passage_texts) for each in open_collections(f"bright={tmp_path}")]
    assert opened == [(member, member.removeprefix("bright/"), "a piece") for member in GROUPS["bright"]]
    pages = list(open_collections(f"bright/long={tmp_path}"))
    assert [(each.name, *each.passage_texts) for each in pages] == [(name, "a page") for name in GROUPS["bright/long"]]
    assert len(pages) == 8


def test_a_member_with_a_folder_of_its_own_is_read_there(tmp_path: Path) -> None:
    for member in GROUPS["bright/long"]:
        write_bright(tmp_path / member.rpartition("/")[2], member.rpartition("/")[2])
    assert len(list(open_collections(f"bright/long={tmp_path}"))) == 8


def test_where_one_collection_is_needed_a_group_is_refused(tmp_path: Path) -> None:
    for member in GROUPS["beir/small"]:
        write_beir(tmp_path / member.removeprefix("beir/"))
    with pytest.raises(RequestError, match="beir/small is a group of 5 collections"):
        open_collection("beir/small")
    with pytest.raises(RequestError, match=r"beir/small=.* is a group of 5 collections and one is needed"):
        open_collection(f"beir/small={tmp_path}")


def test_a_single_name_opens_as_a_group_of_one(lines: Path) -> None:
    for text in (str(lines), f"parallel-qa={lines}"):
        assert [each.content_hash for each in open_collections(text)] == [open_collection(text).content_hash]


def test_real_sets_by_name(shared_data: Path) -> None:
    for name, queries in (("beir/scifact", 300), ("beir/hotpotqa-9k", 944)):
        collection = open_collection(f"{name}={shared_data / 'beir' / name.removeprefix('beir/')}")
        assert (collection.name, len(collection.topics)) == (name, queries)
        assert f"{queries:,} queries, {collection.passages.num_rows:,} passages" in SOURCES[name].description


def test_groups_and_aliases_name_collections() -> None:
    assert {name for names in GROUPS.values() for name in names} | set(ALIASES.values()) <= set(SOURCES)
    assert not (set(GROUPS) | set(ALIASES)) & set(SOURCES)
    assert len(GROUPS["beir/reasoning"]) == 6
    assert set(FAMILIES) <= {name.partition("/")[0] for name in SOURCES}


def test_every_public_file_has_a_sound_address() -> None:
    files = [file for source in SOURCES.values() if isinstance(source.public, tuple) for file in source.public]
    digits = {"md5": 32, "sha256": 64}
    for file in files:
        algorithm, _, digest = file.checksum.partition(":")
        assert file.url.startswith("https://")
        assert file.name.endswith((".zip", ".json", ".jsonl.gz"))
        assert len(digest) == digits.get(algorithm, 0)
        assert set(digest) <= set("0123456789abcdef")
    by_url: dict[str, set[str]] = {}
    for file in files:
        by_url.setdefault(file.url, set()).add(file.checksum)
    assert all(len(checksums) == 1 for checksums in by_url.values())
    known = [checksum for checksums in by_url.values() for checksum in checksums if checksum]
    assert len(set(known)) == len(known)


def test_what_is_public_has_a_place_of_its_own() -> None:
    places: dict[str, object] = {}
    for name, source in SOURCES.items():
        if source.public is not None:
            assert source.place, name
            assert places.setdefault(source.place, source.public) == source.public, name


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, Path]]:
    """What was fetched; the download itself is a set of one query."""
    calls: list[tuple[object, Path]] = []

    def fetch(public: object, folder: Path, _: object) -> None:
        calls.append((public, folder))
        for place in (folder, folder / "android", folder / "tex"):
            write_beir(place)
        (folder / "download.json").write_text("[]")

    monkeypatch.setattr("isoglot.data.catalogue.download", fetch)
    return calls


def test_what_is_downloaded_is_where_its_name_looks(home: Path, fetched: list[tuple[object, Path]]) -> None:
    assert download_collections("beir/scifact") == {"beir/scifact": home / "beir" / "scifact"}
    assert open_collection("beir/scifact").topics == ["q"]
    file = PublicFile(
        "https://public.ukp.informatik.tu-darmstadt.de/thakur/BEIR/datasets/scifact.zip",
        "md5:5f7d1de60b170fc8027bb7898e2efca1",
    )
    assert fetched == [((file,), home / "beir" / "scifact")]


def test_what_is_there_is_not_fetched_again(home: Path, fetched: list[tuple[object, Path]]) -> None:
    download_collections("beir/cqadupstack/tex")
    places = download_collections("beir/cqadupstack")
    assert len(fetched) == 1
    assert places["beir/cqadupstack/android"] == home / "beir" / "cqadupstack" / "android"
    assert len(places) == 12


def test_download_into_a_folder(tmp_path: Path, fetched: list[tuple[object, Path]]) -> None:
    assert download_collections("beir/touche-2020", tmp_path / "t") == {"beir/webis-touche2020": tmp_path / "t"}
    assert open_collection(f"beir/touche-2020={tmp_path / 't'}").topics == ["q"]
    download_collections("beir/small", tmp_path / "small")
    assert len(list(open_collections(f"beir/small={tmp_path / 'small'}"))) == 5
    download_collections("beir/cqadupstack", tmp_path / "forums")
    assert {path.parent for _, path in fetched[1:-1]} == {tmp_path / "small"}
    assert fetched[-1][1] == tmp_path / "forums"
    download_collections("beir/cqadupstack/tex", tmp_path / "cqa")
    assert open_collection(f"beir/cqadupstack/tex={tmp_path / 'cqa' / 'tex'}").passage_texts == ["tex"]


def test_a_language_of_miracl_comes_from_both_data_sets(fetched: list[tuple[object, Path]]) -> None:
    download_collections("miracl/sw")
    patterns = ("miracl-v1.0-sw/*", "miracl-corpus-v1.0-sw/*")
    assert fetched[0][0] == HubFiles(("miracl/miracl", "miracl/miracl-corpus"), patterns)


def test_a_domain_of_bright_comes_with_the_documents_it_needs(fetched: list[tuple[object, Path]], home: Path) -> None:
    download_collections("bright/pony")
    download_collections("bright/long/pony")
    repository = ("xlangai/BRIGHT",)
    assert fetched == [
        (HubFiles(repository, ("examples/pony-*", "documents/pony-*")), home / "bright" / "pony"),
        (HubFiles(repository, ("examples/pony-*", "long_documents/pony-*")), home / "bright" / "long" / "pony"),
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("beir/robust04", "write beir/robust04=PATH, where PATH is its folder in BEIR's format"),
        ("beir/hotpotqa-9k", "write beir/hotpotqa-9k=PATH"),
        ("parallel-qa", "write parallel-qa=PATH"),
        ("worldfacts", "it is embedded; write worldfacts alone"),
    ],
)
def test_what_has_no_public_source_cannot_be_downloaded(
    name: str, said: str, fetched: list[tuple[object, Path]]
) -> None:
    with pytest.raises(RequestError, match=f"{name} has no public source; {said}"):
        download_collections(name)
    assert fetched == []


def test_nothing_is_fetched_of_an_unknown_name(fetched: list[tuple[object, Path]]) -> None:
    with pytest.raises(RequestError, match="did you mean 'beir/scifact'"):
        download_collections("beir/scifacts")


def test_a_failed_download_leaves_no_place(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise IsoglotError("no network")

    monkeypatch.setattr("isoglot.data.catalogue.download", fail)
    with pytest.raises(IsoglotError, match="no network"):
        download_collections("beir/small")
    assert not home.exists()
