"""The page stands alone, is the same every time, and holds what the folder holds."""

import io
import json
import re
import shutil
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from isoglot.cli import main
from isoglot.experiments.reports import extra
from isoglot.experiments.reports.content import Content, read_content
from isoglot.experiments.reports.figures.alpha import systems_by_alpha
from isoglot.experiments.reports.report import figures_of, write_report

from .sample import build, cut

WRITTEN = ("report.html", "tables.md", "tables.tex", "comparisons.json", "MODEL_CARD.md")
FIGURES = ["alpha-worldfacts-held-out", "bias-languages-worldfacts-held-out", "bias-worldfacts-held-out",
           "pairs-gain-worldfacts-held-out", "pairs-worldfacts-held-out", "training-curves"]  # fmt: skip


class Addresses(HTMLParser):
    """Everything the page could load, and the ids that it links to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        self.tags.append(tag)
        self.ids += [own["id"]] if own.get("id") else []
        self.loaded += [value for name, value in attrs if name in ("src", "srcset", "data", "action") and value]
        if "href" in own:
            (self.links if tag == "a" else self.loaded).append(own["href"] or "")


def test_page_loads_nothing_and_runs_nothing(page: str) -> None:
    found = Addresses(page)
    assert [each for each in found.loaded if not each.startswith(("#", "data:"))] == []
    assert not {"script", "iframe", "img", "object"} & set(found.tags)
    assert "@import" not in page
    assert re.findall(r"url\((?!#)", page) == []


def test_links_lead_somewhere_and_no_id_stands_twice(page: str) -> None:
    found = Addresses(page)
    anchors = [each[1:] for each in found.links if each.startswith("#")]
    assert anchors
    assert set(anchors) <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))


def test_names_from_the_specification_are_text_not_markup(page: str) -> None:
    assert "<h1>Hybrid &lt;b&gt;batches&lt;/b&gt; &amp; facts</h1>" in page
    assert "<b>" not in page


def test_same_folder_gives_the_same_bytes_wherever_it_lies(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "moved elsewhere")
    for name in WRITTEN:
        (copy / name).unlink()
    shutil.rmtree(copy / "figures")
    write_report(copy, Console(file=io.StringIO()))
    for name in (*WRITTEN, *(f"figures/{path.name}" for path in (folder / "figures").iterdir())):
        assert (copy / name).read_bytes() == (folder / name).read_bytes(), name


def test_every_figure_is_a_drawing_with_text_and_data(folder: Path, page: str) -> None:
    assert sorted(path.stem for path in (folder / "figures").glob("*.svg")) == FIGURES
    for name in FIGURES:
        drawing = ET.parse(folder / "figures" / f"{name}.svg").getroot()
        assert len(drawing.findall(".//{*}text")) > 5
        assert not drawing.findall(".//{*}image")
        _, *rows = (folder / "figures" / f"{name}.csv").read_text().splitlines()
        assert rows
        assert f'id="{name}"' in page
    assert page.count("<svg") == len(FIGURES)


def test_heat_map_data_are_the_pairs_of_the_scores(folder: Path, content: Content) -> None:
    rows = (folder / "figures" / "pairs-worldfacts-held-out.csv").read_text().splitlines()[1:]
    found = {tuple(row.split(",")[:2]): float(row.split(",")[2]) for row in rows}
    scores = content.scores["worldfacts/held-out", "hybrid"]
    assert len(found) == 16
    mean = sum(each["pairs"]["de->th"]["AP"] for each in scores) / len(scores)
    assert found["de", "th"] == pytest.approx(mean, rel=1e-5)


def test_alpha_runs_from_cross_lingual_to_monolingual(content: Content) -> None:
    (start,) = content.starts
    assert systems_by_alpha(start) == {
        0.0: "cross-lingual", 0.25: "hybrid, alpha 0.25", 0.5: "hybrid", 1.0: "monolingual",
    }  # fmt: skip


def test_failed_cells_are_on_the_page(page: str) -> None:
    assert "2 of the cells and baselines are" in page
    assert "the loss is not finite" in page


def test_claims_are_shown_where_a_file_holds_them(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "with claims")
    claim = {"id": "C1", "sentence": "Hybrid < all.", "source": "arXiv", "verdict": "refuted", "confidence": 0.9,
             "numbers": {"difference": 0.0123456}, "explanation": "It is not."}  # fmt: skip
    other = {**claim, "id": "C2", "verdict": "not testable with this run", "confidence": None, "numbers": {}}
    (copy / "claims.json").write_text(json.dumps([claim, other]))
    write_report(copy, Console(file=io.StringIO()))
    page = (copy / "report.html").read_text()
    for text in ("Hybrid &lt; all.", '<span class="worse">refuted', "confidence 0.90", "difference 0.01235",
                 "not testable with this run", 'href="#claims"'):  # fmt: skip
        assert text in page
    assert 'id="claims"' not in (folder / "report.html").read_text()


def test_command_writes_the_page_and_says_the_answer(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(folder, tmp_path / "again")
    (copy / "report.html").unlink()
    with pytest.raises(SystemExit) as caught:
        main(["report", str(copy)])
    assert not caught.value.code
    assert (copy / "report.html").is_file()
    assert "Against ordinary mixed batches, hybrid batches" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("fill", [lambda _: None, lambda path: (path / "spec.yaml").write_text(
    "{name: x, recipe: {}, grid: [{seed: [0]}], evaluate: [xquad-r]}")])  # fmt: skip
def test_folder_without_an_experiment_is_refused(
    fill: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main(["report", str(tmp_path)])
    assert caught.value.code == 2
    assert "isoglot experiment" in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()


def test_missing_extra_is_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda name: None if name == "matplotlib" else name)
    with pytest.raises(SystemExit) as caught:
        main(["report", str(folder)])
    assert caught.value.code == 2
    assert "pip install 'isoglot[report]'" in capsys.readouterr().err


def test_figures_need_what_they_show(content: Content) -> None:
    figures = figures_of(content)
    assert {name: len(own) for name, own in figures.items()} == {"alpha": 1, "pairs": 2, "bias": 2, "training": 1}


@pytest.mark.filterwarnings("error")
def test_no_figure_is_drawn_of_nothing(tmp_path: Path) -> None:
    build(tmp_path, cut(20, ["de", "en"]), fields={"grid": [{"strategy": ["hybrid"]}]}, unfinished="hybrid")
    figures = figures_of(read_content(tmp_path))
    assert {name: [each.name for each in own] for name, own in figures.items()} == {
        "alpha": [], "pairs": [], "bias": ["bias-worldfacts-held-out"], "training": [],
    }  # fmt: skip
