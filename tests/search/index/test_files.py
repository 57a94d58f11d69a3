"""What the readers of files find, on small files written by hand."""

import io
import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from isoglot.errors import RequestError
from isoglot.search.documents import Document, Skipped, open_source
from isoglot.search.documents import folder as folder_reader
from isoglot.search.documents.document import Content, UnreadableError
from isoglot.search.documents.html import read_html
from isoglot.search.documents.markdown import read_markdown
from isoglot.search.documents.pdf import read_pdf


def sections(content: Content) -> list[str]:
    bounds = [0, *content.sections, len(content.text)]
    return [content.text[start:end].strip() for start, end in pairwise(bounds)]


def pdf(pages: Sequence[str], title: str | None = None, password: str | None = None) -> bytes:
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(200, 200)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F 12 Tf 20 100 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
        fonts = DictionaryObject({NameObject("/F"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    if title:
        writer.add_metadata({"/Title": title})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_html_is_what_a_reader_sees() -> None:
    page = b"""<html lang="fr-FR"><head><title>Les
      fleuves</title><style>p {}</style></head><body><nav>menu</nav><script>run()</script>
      before<h1>La Seine</h1><h2>Cours</h2><p>Elle <b>tra</b>verse\n  Paris.</p><ul><li>un<li>deux</ul>
      <h2>Faune</h2><p>saumon<br>truite</p><!-- note --></body></html>"""
    content = read_html(page)
    assert (content.title, content.language) == ("Les fleuves", "fr")
    assert sections(content) == [
        "before",
        "La Seine\n\nCours\n\nElle traverse Paris.\n\nun\n\ndeux",
        "Faune\n\nsaumon\ntruite",
    ]


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ('<meta charset="windows-1251"><p>река'.encode("windows-1251"), "река"),
        ("<p>ποταμός".encode("utf-16"), "ποταμός"),
        ("\ufeff<p>แม่น้ำ".encode(), "แม่น้ำ"),
        (b"<pre>a\n  b</pre>", "a\nb"),
        (b"<div>" * 3000 + b"deep", "deep"),
        (b"<p>a<p>b", "a\n\nb"),
        (b"<title>a</title><p>b", "b"),
        (b"<p>x" * 20_000, "\n\n".join(["x"] * 20_000)),
    ],
    ids=["charset", "utf-16", "byte order mark", "pre", "deep", "open paragraphs", "no head", "many paragraphs"],
)
def test_html_of_other_shapes(page: bytes, text: str) -> None:
    assert read_html(page).text == text


@pytest.mark.filterwarnings("error")
def test_pages_that_look_like_something_else_are_read_without_a_warning() -> None:
    assert read_html(b'<?xml version="1.0"?><a>x</a>').text == "x"
    assert read_html(b"http://example.org/a.html").text == "http://example.org/a.html"
    assert read_markdown(b'<?xml version="1.0"?>\n\nx').text == "x"


def test_markdown_headings_begin_sections_but_not_in_code() -> None:
    text = "---\ntitle: Rivers\nlang: EN\n---\nintro\n\n# One\n\n## Bare\nbody\n\n```\n# no heading\n```\nTwo\n===\nend"
    content = read_markdown(text.encode())
    assert (content.title, content.language) == ("Rivers", "en")
    assert sections(content) == ["intro", "One\n\nBare\n\nbody\n\n# no heading", "Two\n\nend"]
    assert read_markdown(b"---\n: : [\n---\n\n# T #\nx").text == ": : [\n\nT\n\nx"
    assert read_markdown(b"# T\n\ntext").sections == ()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("The **river** `Elbe` _flows_ to [the sea](http://sea.example/a_b).", "The river Elbe flows to the sea."),
        ("# La **Seine**\n\nElle traverse\nParis.", "La Seine\n\nElle traverse Paris."),
        ("- นก\n- ปลา\n  1. ปู", "นก\n\nปลา\n\nปู"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a\n\nb\n\n1\n\n2"),
        ("> نهر ~~قصير~~ طويل", "نهر قصير طويل"),
        ("snake_case_name, 2 * 3 * 4, a < b, 5\\* &amp; more", "snake_case_name, 2 * 3 * 4, a < b, 5* & more"),
        ("<b>bold</b> <!-- note -->\n\n<script>run()</script>\n\nend", "bold\n\nend"),
        ("- " * 40 + "deep", "deep"),
    ],
    ids=["inline", "heading", "list", "table", "quote", "no marks", "html", "deep"],
)
def test_markdown_is_what_a_reader_sees(text: str, read: str) -> None:
    assert read_markdown(text.encode()).text == read


def test_pdf_pages_are_sections() -> None:
    content = read_pdf(pdf(["the river", "", "the sea"], title="Waters"))
    assert content.title == "Waters"
    assert sections(content) == ["the river", "the sea"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf(["secret"], password="x"), "needs a password"),
        (pdf([""]), "without text"),
        (b"%PDF-1.4 junk", "no readable PDF"),
        (b"", "no readable PDF"),
    ],
    ids=["encrypted", "without text", "junk", "empty"],
)
def test_pdf_that_cannot_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read_pdf(data)


def test_a_folder_gives_what_can_be_read_and_says_what_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_reader, "MOST_BYTES", 20)
    root = tmp_path / "docs"
    (root / "b" / ".git").mkdir(parents=True)
    files = {
        "b/two.md": b"# two",
        "README": "één".encode(),
        "b/.git/config": b"x",
        ".hidden.txt": b"x",
        "picture.PNG": b"x",
        "binary.txt": b"a\0b",
        "latin.txt": b"caf\xe9",
        "empty.txt": b" \n",
        "huge.txt": b"x" * 21,
        "wide.txt": "große".encode("utf-16"),
    }
    for name, data in files.items():
        (root / name).write_bytes(data)
    (root / "dangling.txt").symlink_to("nowhere")
    (root / "loop").symlink_to(root)
    found = list(open_source(str(root)).read())
    documents = {each.document_id: each for each in found if isinstance(each, Document)}
    assert {name: each.text for name, each in documents.items()} == {
        "docs/README": "één",
        "docs/b/two.md": "two",
        "docs/wide.txt": "große",
    }
    assert all(each.source == name for name, each in documents.items())
    assert {each.name: each.reason for each in found if isinstance(each, Skipped)} == {
        "docs/picture.PNG": "is of a kind that is not read (.png)",
        "docs/binary.txt": "is binary",
        "docs/latin.txt": "is not UTF-8",
        "docs/empty.txt": "holds no text",
        "docs/huge.txt": "is too large (21 bytes of at most 20)",
    }


def test_one_file_is_a_source(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("river")
    source = open_source(str(tmp_path / "a.txt"))
    assert source.origin == str(tmp_path / "a.txt")
    assert list(source.read()) == [Document(document_id="a.txt", text="river", source="a.txt")]


@pytest.mark.parametrize("name", ["absent", "", "absent=1", "a.png"])
def test_what_is_no_source_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.png").write_bytes(b"x")
    with pytest.raises(RequestError, match=r"check the path|of a kind that is not read"):
        open_source(name)


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.txt").write_text("A river.")
    scan = os.scandir

    def refuse(folder: str | Path) -> object:
        if Path(folder).name == "closed":
            raise PermissionError(13, "Permission denied", str(folder))
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    document, skipped = folder_reader.read_folder(tmp_path)
    assert isinstance(document, Document)
    reason = "cannot be read (Permission denied), so that what the index has of it stays"
    assert skipped == Skipped(f"{tmp_path.name}/closed", reason, is_out_of_reach=True)


def test_a_file_that_cannot_be_read_now_is_out_of_reach_and_one_that_went_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("closed.txt", "went.txt"):
        (tmp_path / name).write_text("A river.")

    def refuse(path: Path) -> bytes:
        raise (
            PermissionError(13, "Permission denied") if path.stem == "closed" else FileNotFoundError(2, "No such file")
        )

    monkeypatch.setattr(Path, "read_bytes", refuse)
    found = folder_reader.read_folder(tmp_path)
    assert [(each.name, each.is_out_of_reach) for each in found if isinstance(each, Skipped)] == [
        (f"{tmp_path.name}/closed.txt", True),
        (f"{tmp_path.name}/went.txt", False),
    ]
