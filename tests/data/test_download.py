"""Downloads from a server on this machine: cut, wrong, missing, hostile; a folder is there whole or not at all."""

import errno
import hashlib
import io
import json
import re
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest

from isoglot.data import fetch as fetch_module
from isoglot.data.download import HubFiles, download
from isoglot.data.fetch import PublicFile
from isoglot.errors import IsoglotError, RequestError

FILES = {"scifact/corpus.jsonl": b"corpus\n" * 50_000, "scifact/qrels/test.tsv": b"query-id\tcorpus-id\tscore\n"}


def zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


class Server(ThreadingHTTPServer):
    """Serves `content`; can cut the connection after some bytes, and can be without ranges."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content: dict[str, bytes] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.cut_after: int | None = None
        self.ranges = True

    def file(self, path: str, content: bytes, checksum: str = "md5") -> PublicFile:
        """Serve `content` under `path`."""
        self.content[path] = content
        known = f"{checksum}:{hashlib.new(checksum, content).hexdigest()}" if checksum else ""
        return PublicFile(f"http://127.0.0.1:{self.server_port}{path}", known)


class Handler(BaseHTTPRequestHandler):
    """Answers GET, with or without a range."""

    server: Server

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.asked.append((self.path, asked))
        content = self.server.content.get(self.path)
        if content is None:
            self.send_error(404)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and self.server.ranges else 0
        if start and start >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start : self.server.cut_after])

    def log_message(self, *_: Any) -> None:
        """Keep the terminal quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    with Server() as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield running
        running.shutdown()


def entries(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_an_archive_is_unpacked_without_the_folder_around_it(server: Server, tmp_path: Path) -> None:
    file = server.file("/data/scifact.zip", zipped(FILES))
    download((file,), tmp_path / "beir" / "scifact")
    assert entries(tmp_path) == {f"beir/scifact/{name}" for name in ("corpus.jsonl", "qrels/test.tsv", "download.json")}
    assert (tmp_path / "beir/scifact/corpus.jsonl").read_bytes() == FILES["scifact/corpus.jsonl"]
    digest = hashlib.sha256(server.content["/data/scifact.zip"]).hexdigest()
    assert json.loads((tmp_path / "beir/scifact/download.json").read_text()) == [
        {"url": file.url, "sha256": digest, "published_checksum": file.checksum}
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"corpus.jsonl": b"x", "qrels/test.tsv": b"y"},
        {"corpus.jsonl": b"x"},
        {"scifact/scifact/corpus.jsonl": b"x", "scifact/test.tsv": b"y"},
        {"scifact/corpus.jsonl": b"x", "__MACOSX/scifact/._corpus.jsonl": b"noise"},
    ],
)
def test_archives_of_other_shapes(server: Server, tmp_path: Path, files: dict[str, bytes]) -> None:
    download((server.file("/a.zip", zipped(files)),), tmp_path / "set")
    real = {name: text for name, text in files.items() if not name.startswith("__MACOSX")}
    around = "scifact/" if all(name.startswith("scifact/") for name in real) else ""
    found = {name: (tmp_path / "set" / name).read_bytes() for name in entries(tmp_path / "set") - {"download.json"}}
    assert found == {name.removeprefix(around): text for name, text in real.items()}


def test_an_archive_beside_another_file_is_unpacked_as_if_alone(server: Server, tmp_path: Path) -> None:
    files = (server.file("/mkqa.jsonl.gz", b"questions", ""), server.file("/scifact.zip", zipped(FILES)))
    download(files, tmp_path / "set")
    assert entries(tmp_path) == {f"set/{name}" for name in (
        "mkqa.jsonl.gz", "corpus.jsonl", "qrels/test.tsv", "download.json")}  # fmt: skip


def test_several_plain_files_some_without_a_known_checksum(server: Server, tmp_path: Path) -> None:
    files = (server.file("/r/en.json", b"{}", "sha256"), server.file("/r/de.json", b"[]", ""))
    download(files, tmp_path / "r")
    assert entries(tmp_path) == {"r/en.json", "r/de.json", "r/download.json"}
    record = json.loads((tmp_path / "r" / "download.json").read_text())
    assert [row["published_checksum"] for row in record] == [files[0].checksum, "none"]
    assert record[1]["sha256"] == hashlib.sha256(b"[]").hexdigest()


def cut(server: Server, file: PublicFile, folder: Path, after: int) -> None:
    """Download until the connection breaks after so many bytes of the content."""
    server.cut_after = after
    with pytest.raises(IsoglotError, match=r"did not come .*run the same command again") as caught:
        download((file,), folder)
    assert file.url in str(caught.value)
    assert not folder.exists()
    server.cut_after = None


@pytest.mark.parametrize("after", [1, 1000])
def test_a_cut_download_continues_where_it_was(server: Server, tmp_path: Path, after: int) -> None:
    file = server.file("/scifact.zip", zipped(FILES))
    cut(server, file, tmp_path / "set", after)
    download((file,), tmp_path / "set")
    assert server.asked == [("/scifact.zip", None), ("/scifact.zip", f"bytes={after}-")]
    assert entries(tmp_path / "set") == {"corpus.jsonl", "qrels/test.tsv", "download.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_server_without_ranges_starts_again(server: Server, tmp_path: Path) -> None:
    server.ranges = False
    file = server.file("/scifact.zip", zipped(FILES))
    cut(server, file, tmp_path / "set", 1000)
    download((file,), tmp_path / "set")
    assert (tmp_path / "set" / "corpus.jsonl").read_bytes() == FILES["scifact/corpus.jsonl"]


def test_a_download_that_died_before_its_check_is_taken_up(server: Server, tmp_path: Path) -> None:
    file = server.file("/scifact.zip", zipped(FILES))
    waiting = tmp_path / ".set.download" / "scifact.zip.partial"
    waiting.parent.mkdir()
    waiting.write_bytes(server.content["/scifact.zip"])
    download((file,), tmp_path / "set")
    assert (tmp_path / "set" / "corpus.jsonl").is_file()


def test_too_long_a_rest_of_something_else_is_thrown_away(server: Server, tmp_path: Path) -> None:
    file = server.file("/scifact.zip", zipped(FILES))
    waiting = tmp_path / ".set.download" / "scifact.zip.partial"
    waiting.parent.mkdir()
    waiting.write_bytes(b"x" * 2_000_000)
    with pytest.raises(IsoglotError, match="416"):
        download((file,), tmp_path / "set")
    download((file,), tmp_path / "set")
    assert (tmp_path / "set" / "corpus.jsonl").is_file()


def test_files_that_came_are_not_fetched_again(server: Server, tmp_path: Path) -> None:
    files = (server.file("/en.json", b"{}"), server.file("/de.json", b"[]"))
    waiting = server.content.pop("/de.json")
    with pytest.raises(IsoglotError, match=r"de\.json answers 404 Not Found"):
        download(files, tmp_path / "set")
    assert not (tmp_path / "set").exists()
    server.content["/de.json"] = waiting
    download(files, tmp_path / "set")
    assert [path for path, _ in server.asked] == ["/en.json", "/de.json", "/de.json"]


@pytest.mark.parametrize("checksum", ["md5", "sha256"])
def test_a_wrong_checksum_leaves_nothing(server: Server, tmp_path: Path, checksum: str) -> None:
    file = server.file("/scifact.zip", zipped(FILES), checksum)
    right, server.content["/scifact.zip"] = server.content["/scifact.zip"], zipped({"other": b"?"})
    found = hashlib.new(checksum, server.content["/scifact.zip"]).hexdigest()
    with pytest.raises(IsoglotError, match=f"came with the {checksum} {found} instead of .* was deleted"):
        download((file,), tmp_path / "set")
    assert entries(tmp_path) == set()
    server.content["/scifact.zip"] = right
    download((file,), tmp_path / "set")
    assert (tmp_path / "set" / "corpus.jsonl").is_file()


def test_no_server_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/scifact.zip"
    with pytest.raises(IsoglotError, match=rf"{url} did not come \(.*refused.*\); check the network") as caught:
        download((PublicFile(url),), tmp_path / "set")
    assert "\n" not in str(caught.value)
    assert not isinstance(caught.value, RequestError)


def test_a_name_that_does_not_resolve_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(IsoglotError, match="Name or service not known"):
        download((PublicFile("http://no.such.host.invalid/a.zip"),), tmp_path / "set")


def test_a_full_disk_is_one_sentence_and_is_continued(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = server.file("/scifact.zip", zipped(FILES))
    monkeypatch.setattr(fetch_module, "CHUNK_BYTES", 1000)

    def fill(name: str, done: int, total: int | None) -> None:
        if done >= 3000:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(IsoglotError, match=r"set cannot be written \(No space left on device\); run the same command"):
        download((file,), tmp_path / "set", fill)
    download((file,), tmp_path / "set")
    assert server.asked[1] == ("/scifact.zip", "bytes=3000-")


def test_progress_tells_name_bytes_and_total(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_module, "CHUNK_BYTES", 4)
    seen: list[tuple[str, int, int | None]] = []
    download((server.file("/en.json", b"0123456789"),), tmp_path / "set", lambda *told: seen.append(told))
    assert seen == [("en.json", 4, 10), ("en.json", 8, 10), ("en.json", 10, 10)]


@pytest.mark.parametrize("name", ["../outside.txt", "/tmp/outside.txt", "a/../../outside.txt", "..\\outside.txt"])
def test_an_archive_that_writes_outside_is_refused(server: Server, tmp_path: Path, name: str) -> None:
    file = server.file("/evil.zip", zipped({"a/b": b"fine", name: b"evil"}))
    with pytest.raises(IsoglotError, match="outside of its folder; do not trust it"):
        download((file,), tmp_path / "deep" / "set")
    assert entries(tmp_path) == {"deep/.set.download/evil.zip"}


@pytest.mark.parametrize("damage", [lambda content: b"no archive", lambda content: content[:-10],
                                    lambda content: content.replace(b"corpus\ncor", b"corpus\ncox", 1)])  # fmt: skip
def test_a_broken_archive_is_deleted(server: Server, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    file = server.file("/scifact.zip", damage(zipped(FILES)))
    with pytest.raises(IsoglotError, match=r"scifact\.zip is broken .* was deleted; try again"):
        download((file,), tmp_path / "set")
    assert entries(tmp_path) == set()


def test_a_folder_in_use_is_left_alone(server: Server, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(RequestError, match="choose another"):
        download((server.file("/en.json", b"{}"),), tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


class Hub:
    """Stands for the hub's client: what `HfApi` and `snapshot_download` do for a data set of known files."""

    def __init__(self, files: dict[str, dict[str, str]]) -> None:
        self.files = files

    def dataset_info(self, repository: str) -> Any:
        if repository not in self.files:
            raise OSError(f"404 Client Error.\nRepository Not Found for {repository}")
        return type("Info", (), {"sha": f"commit of {repository}"})

    def snapshot(self, repository: str, *, local_dir: Path, allow_patterns: list[str] | None, **about: str) -> None:
        assert about == {"repo_type": "dataset", "revision": f"commit of {repository}"}
        (local_dir / ".cache" / "huggingface").mkdir(parents=True)
        for name, text in self.files[repository].items():
            if allow_patterns is None or any(Path(name).match(pattern) for pattern in allow_patterns):
                (local_dir / name).parent.mkdir(parents=True, exist_ok=True)
                (local_dir / name).write_text(text)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    hub = Hub({"o/one": {"sw/a.tsv": "a", "en/b.tsv": "b"}, "o/two": {"sw/c.jsonl": "c"}})
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: hub)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", hub.snapshot)
    return hub


def test_one_data_set_of_the_hub_fills_the_folder(hub: Hub, tmp_path: Path) -> None:
    download(HubFiles(("o/one",)), tmp_path / "set")
    assert entries(tmp_path) == {"set/sw/a.tsv", "set/en/b.tsv", "set/download.json"}
    assert json.loads((tmp_path / "set" / "download.json").read_text()) == [
        {"repository": "o/one", "commit": "commit of o/one"}
    ]


def test_several_data_sets_have_folders_of_their_own(hub: Hub, tmp_path: Path) -> None:
    download(HubFiles(("o/one", "o/two"), ("sw/*",)), tmp_path / "set")
    assert entries(tmp_path) == {"set/one/sw/a.tsv", "set/two/sw/c.jsonl", "set/download.json"}


def test_what_the_hub_does_not_give_is_one_sentence(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(IsoglotError, match=r"did not give the data set o/none \(404 Client Error\); check") as caught:
        download(HubFiles(("o/one", "o/none")), tmp_path / "set")
    assert "\n" not in str(caught.value)
    with pytest.raises(IsoglotError, match=r"The data set o/two has no file xx/\*"):
        download(HubFiles(("o/two",), ("xx/*",)), tmp_path / "other")
    assert not (tmp_path / "set").exists()
    assert not (tmp_path / "other").exists()


def test_the_hub_without_network_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    (tmp_path / ".set.download").mkdir()
    (tmp_path / ".set.download" / "left.tsv").write_text("of an earlier try")
    with pytest.raises(IsoglotError, match="The hub did not give the data set o/one"):
        download(HubFiles(("o/one",)), tmp_path / "set")
    assert not (tmp_path / "set").exists()
