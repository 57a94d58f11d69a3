"""Nothing half-written is ever seen, and nothing that is not ours is ever deleted."""

import errno
import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from isoglot.errors import RequestError
from isoglot.files import beside, check_output, new_folder, put_in_place, replace_folder, write_text

MARKER = "done.json"


def finished(folder: Path, content: str = "old") -> Path:
    folder.mkdir(parents=True)
    (folder / MARKER).write_text(content)
    return folder


def write_and_fail(folder: Path, failure: type[BaseException]) -> None:
    (folder / MARKER).write_text("half")
    raise failure


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_new_or_empty_folder_is_free(tmp_path: Path, overwrite: bool) -> None:
    check_output(tmp_path / "new", MARKER, overwrite)
    check_output(tmp_path, MARKER, overwrite)


@pytest.mark.parametrize("overwrite", [False, True])
def test_something_else_is_refused_even_with_overwrite(tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("a file")
    (tmp_path / "marked" / MARKER).mkdir(parents=True)
    for name in ("folder", "file", "marked"):
        with pytest.raises(RequestError, match=f"{name} exists.*choose another"):
            check_output(tmp_path / name, MARKER, overwrite)
        with pytest.raises(RequestError), new_folder(tmp_path / name, MARKER, overwrite=overwrite):
            pytest.fail("the block must not run")
    assert names(tmp_path) == ["file", "folder", "marked"]
    assert (tmp_path / "folder" / "thesis.txt").read_text() == "years of work"


def test_a_finished_run_needs_overwrite(tmp_path: Path) -> None:
    folder = finished(tmp_path / "run")
    with pytest.raises(RequestError, match="add --overwrite"):
        check_output(folder, MARKER, overwrite=False)
    check_output(folder, MARKER, overwrite=True)


def test_the_folder_appears_only_at_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "run.v1"
    with new_folder(folder, MARKER) as temporary:
        (temporary / MARKER).write_text("new")
        assert not folder.exists()
        assert temporary.parent == folder.parent
    assert names(folder.parent) == ["run.v1"]
    assert (folder / MARKER).read_text() == "new"


def test_what_a_library_writes_for_its_owner_alone_can_be_read_as_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "new").touch()
    with new_folder(tmp_path / "run", MARKER) as folder:
        (folder / MARKER).touch()
        (folder / "inside").mkdir()
        (folder / "inside" / "weights").touch(mode=0o600)
    assert (tmp_path / "run" / "inside" / "weights").stat().st_mode == (tmp_path / "new").stat().st_mode
    assert sorted(path.name for path in (tmp_path / "run").rglob("*")) == sorted(["inside", MARKER, "weights"])


def test_the_old_folder_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    folder = finished(tmp_path / "run.v1")
    (folder / "left over").write_text("of the old run")
    finished(tmp_path / "run.v2", "a neighbour")
    with new_folder(folder, MARKER, overwrite=True) as temporary:
        (temporary / MARKER).write_text("new")
        assert (folder / MARKER).read_text() == "old"
    assert names(tmp_path) == ["run.v1", "run.v2"]
    assert names(folder) == [MARKER]
    assert (folder / MARKER).read_text() == "new"


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("there", [False, True])
def test_an_exception_leaves_things_as_they_were(tmp_path: Path, failure: type[BaseException], there: bool) -> None:
    if there:
        finished(tmp_path / "run")
    with pytest.raises(failure), new_folder(tmp_path / "run", MARKER, overwrite=True) as temporary:
        write_and_fail(temporary, failure)
    assert names(tmp_path) == (["run"] if there else [])
    assert not there or (tmp_path / "run" / MARKER).read_text() == "old"


def test_what_a_killed_run_left_does_not_get_into_the_next(tmp_path: Path) -> None:
    stale = finished(tmp_path / ".run.new", "stale")
    (stale / "stale.bin").write_text("stale")
    with new_folder(tmp_path / "run", MARKER) as temporary:
        (temporary / MARKER).write_text("new")
    assert names(tmp_path / "run") == [MARKER]
    assert names(tmp_path) == ["run"]


def test_an_unfinished_training_of_the_same_name_stays(tmp_path: Path) -> None:
    training = finished(beside(tmp_path / "run"), "unfinished")
    with new_folder(tmp_path / "run", MARKER) as temporary:
        (temporary / MARKER).write_text("new")
    assert (training / MARKER).read_text() == "unfinished"


def test_replace_folder_survives_an_old_one_left_by_a_kill(tmp_path: Path) -> None:
    folder, new = finished(tmp_path / "run"), finished(tmp_path / "new", "new")
    finished(tmp_path / ".run.old", "older")
    replace_folder(new, folder, MARKER, overwrite=True)
    assert names(tmp_path) == ["run"]
    assert (folder / MARKER).read_text() == "new"


def test_text_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_text(path, "Straße\n")
    assert path.read_bytes() == "Straße\n".encode()
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "x" * 100_000 + "\udc80")
    assert path.read_bytes() == "Straße\n".encode()


def test_a_link_to_a_finished_run_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(finished(tmp_path / "elsewhere"))
    with new_folder(tmp_path / "link", MARKER, overwrite=True) as temporary:
        (temporary / MARKER).write_text("new")
    assert (tmp_path / "link" / MARKER).read_text() == "new"
    assert names(tmp_path) == ["elsewhere", "link"]


def test_what_came_into_the_place_meanwhile_is_not_deleted(tmp_path: Path) -> None:
    try:
        with new_folder(tmp_path / "run", MARKER) as temporary:
            (temporary / MARKER).write_text("new")
            (tmp_path / "run").mkdir()
            (tmp_path / "run" / "thesis.txt").write_text("years of work")
    except RequestError:
        pass
    assert (tmp_path / "run" / "thesis.txt").exists()


def test_the_current_folder_is_refused_or_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        with new_folder(Path(), MARKER) as temporary:
            (temporary / MARKER).write_text("new")
    except RequestError:
        return
    assert names(tmp_path) == [MARKER]


def test_the_disk_holds_all_of_a_folder_before_it_gets_its_name_and_the_name_before_the_old_one_goes(
    tmp_path: Path, disk: list[str]
) -> None:
    finished(tmp_path / "run")
    with new_folder(tmp_path / "run", MARKER, overwrite=True) as folder:
        (folder / MARKER).write_text("new")
        (folder / "inside").mkdir()
        (folder / "inside" / "weights").write_bytes(b"weights")
    assert sorted(disk[:4]) == sorted(["inside", MARKER, "weights", ".run.new"])
    assert disk[4:] == ["run > .run.old", ".run.new > run", tmp_path.name, ".run.old gone"]


def test_the_disk_holds_a_text_before_it_gets_its_name(tmp_path: Path, disk: list[str]) -> None:
    write_text(tmp_path / "a.json", "{}")
    assert disk == [".a.json.partial", ".a.json.partial > a.json", tmp_path.name]


@pytest.mark.parametrize(("number", "fails"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_only_a_file_system_that_cannot_be_waited_for_is_let_pass(
    number: int, fails: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="error") if fails else nullcontext():
        write_text(tmp_path / "a.json", "{}")
    assert names(tmp_path) == ([] if fails else ["a.json"])


def test_a_link_that_leads_nowhere_is_put_in_place_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "link").symlink_to(tmp_path / "nothing")
    put_in_place(tmp_path / "new", tmp_path / "run")
    assert (tmp_path / "run" / "link").is_symlink()
