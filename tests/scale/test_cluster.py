"""Joining a cluster, and the one sentence where there is none."""

import socket
from pathlib import Path

import pytest

from isoglot.cli import main
from isoglot.errors import RequestError, missing_extra

pytest.importorskip("isoglot.scale.cluster", reason="needs the extra scale: Ray is not installed", exc_type=ImportError)

import ray

import isoglot.scale.cluster
from isoglot.scale.cluster import check_address, connected


@pytest.mark.parametrize("address", ["", "here", "ray://head:10001", "head", "head:port", "head:99999999"])
def test_an_address_is_a_host_and_a_port(address: str) -> None:
    with pytest.raises(RequestError, match="no address of a Ray cluster"):
        check_address(address)


def test_where_nobody_listens_there_is_no_cluster() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(RequestError, match=r"no Ray cluster can be joined at .*refused"):
            check_address(f"127.0.0.1:{free.getsockname()[1]}")


def test_who_is_no_cluster_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isoglot.scale.cluster, "JOIN_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(RequestError, match="does not answer as Ray"):
        check_address(f"127.0.0.1:{other.getsockname()[1]}")


def test_a_cluster_can_be_joined(cluster: str) -> None:
    check_address(cluster)


def test_who_is_connected_stays_connected(cluster: str) -> None:
    with connected("nowhere:1"):
        pass
    assert ray.is_initialized()


@pytest.mark.parametrize(
    "command", [("evaluate", "bm25", "worldfacts/held-out"), ("experiment", "SPEC", "--out", "OUT")]
)
def test_without_ray_the_extra_is_named(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("isoglot.scale.extra.find_spec", lambda _: None)
    with pytest.raises(SystemExit) as caught:
        main([argument.replace("OUT", str(tmp_path / "out")) for argument in command] + ["--ray", "local"])
    assert caught.value.code == 2
    assert capsys.readouterr().err == f"isoglot: {missing_extra('Work on a Ray cluster', 'scale')}\n"
