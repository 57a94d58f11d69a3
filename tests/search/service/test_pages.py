"""What a browser gets, none of it from elsewhere."""

import re

import pytest
from fastapi.testclient import TestClient

from isoglot.search.service.pages import PAGE

ELSEWHERE = re.compile(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""", re.I)
FILES = sorted(str(file.relative_to(PAGE)) for file in PAGE.rglob("*") if file.is_file())


def test_the_page_is_at_the_root(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.content == (PAGE / "index.html").read_bytes()


@pytest.mark.parametrize("file", FILES)
def test_its_files_are_served_and_load_nothing_from_elsewhere(client: TestClient, file: str) -> None:
    answer = client.get(f"/page/{file}")
    assert answer.status_code == 200
    assert not ELSEWHERE.search(answer.text)


def test_everything_that_the_page_names_is_there(client: TestClient) -> None:
    named = re.findall(r'(?:src|href)="(page/[^"]+)"', client.get("/").text)
    assert named
    assert [name for name in named if client.get(f"/{name}").status_code != 200] == []


@pytest.mark.parametrize("path", ["/page/../app.py", "/page/%2e%2e/app.py", "/page/..%2fapp.py", "/page//etc/passwd"])
def test_no_other_file_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_list_of_the_api_is_whole_and_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs").text
    assert not ELSEWHERE.search(page)
    assert "<script" not in page
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in page
    assert client.get("/docs.css").headers["Content-Type"] == "text/css; charset=utf-8"
