"""Writes the report of an experiment into its folder, from what the folder holds and nothing else."""

from pathlib import Path
from typing import Any

from rich.console import Console

from isoglot.experiments.grid.comparisons import COMPARISONS, write_statistics
from isoglot.experiments.grid.experiment import SPEC
from isoglot.experiments.reports import run_tables
from isoglot.experiments.reports.answer import answers
from isoglot.experiments.reports.card import best_hybrid, card_of
from isoglot.experiments.reports.claims import read_claims
from isoglot.experiments.reports.content import Content, read_content
from isoglot.experiments.reports.dev_scores import dev_table
from isoglot.experiments.reports.figures.alpha import alpha_curves
from isoglot.experiments.reports.figures.bias import bias_figures
from isoglot.experiments.reports.figures.drawing import Figure
from isoglot.experiments.reports.figures.heat_maps import heat_maps
from isoglot.experiments.reports.figures.training import training_curves
from isoglot.experiments.reports.leakage import leakage_statements, pair_table
from isoglot.experiments.reports.other_tables import comparison_tables, language_tables
from isoglot.experiments.reports.page import render
from isoglot.experiments.reports.score_tables import score_tables
from isoglot.experiments.reports.table import Table, latex, markdown
from isoglot.experiments.reports.verdicts import verdict_table
from isoglot.files import write_text

SECTIONS = {
    "claims": "Claims",
    "scores": "Scores",
    "alpha": "Alpha",
    "pairs": "Pairs of languages",
    "bias": "Language bias",
    "languages": "Query languages",
    "comparisons": "Comparisons",
    "training": "Training, dev scores and cost",
    "leakage": "Leakage",
    "unfinished": "Not finished",
    "commands": "To repeat it",
}
PAGE, MARKDOWN, LATEX, CARD, FIGURES = "report.html", "tables.md", "tables.tex", "MODEL_CARD.md", "figures"


def write_report(folder: Path, console: Console) -> Path:
    """Write the page, tables, figures, statistics and model card; the same folder gives the same bytes.

    Args:
        folder: of the experiment.
        console: shows the answer.

    Returns:
        The page.

    Raises:
        RequestError: see `read_content`.
    """
    with console.status("comparing"):
        content = read_content(folder)
    write_statistics(list(content.statistics.values()), folder / COMPARISONS)
    figures = figures_of(content)
    tables = tables_of(content)
    _write_figures([figure for group in figures.values() for figure in group], folder / FIGURES)
    every = [table for group in tables.values() for table in group]
    write_text(folder / MARKDOWN, "\n".join(map(markdown, every)))
    write_text(folder / LATEX, "\n".join(map(latex, every)))
    if (cell := best_hybrid(content)) is not None:
        write_text(folder / CARD, card_of(content, cell))
    write_text(folder / PAGE, render(page_content(content, tables, figures)))
    _show(content, folder / PAGE, console)
    return folder / PAGE


def tables_of(content: Content) -> dict[str, list[Table]]:
    """Every table by its section of the page."""
    return {
        "verdicts": [verdict_table(content)],
        "scores": score_tables(content),
        "languages": language_tables(content),
        "comparisons": comparison_tables(content),
        "dev": [dev_table(content)],
        "cost": [run_tables.cost_table(content)],
        "leaks": [pair_table(content)],
        "hashes": [run_tables.hashes(content)],
    }


def figures_of(content: Content) -> dict[str, list[Figure]]:
    """Every figure by its section of the page."""
    return {
        "alpha": alpha_curves(content),
        "pairs": heat_maps(content),
        "bias": bias_figures(content),
        "training": training_curves(content),
    }


def page_content(content: Content, tables: dict[str, list[Table]], figures: dict[str, list[Figure]]) -> dict[str, Any]:
    """Everything that the page's template asks for."""
    single = {name: tables[name][0] for name in ("verdicts", "dev", "cost", "leaks", "hashes")}
    page: dict[str, Any] = {
        **tables,
        **figures,
        **single,
        "title": content.spec.name,
        "summary": _summary(content),
        "answers": answers(content),
        "claims": read_claims(content.folder),
        "leakage": leakage_statements(content),
        "unfinished": run_tables.unfinished(content),
        "spec": (content.folder / SPEC).read_text(encoding="utf-8"),
        "commands": run_tables.commands(content),
        "versions": run_tables.versions(content),
    }
    return {**page, "contents": [(anchor, title) for anchor, title in SECTIONS.items() if page[anchor]]}


def _summary(content: Content) -> str:
    finished = f"{len(content.records)} of {len(content.cells)} trainings finished"
    models = ", ".join(start.model for start in content.starts)
    return f"{finished}, from {models}; evaluated on {', '.join(content.collections)}."


def _write_figures(figures: list[Figure], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for figure in figures:
        write_text(folder / f"{figure.name}.svg", figure.file)
        write_text(folder / f"{figure.name}.csv", figure.csv)


def _show(content: Content, page: Path, console: Console) -> None:
    for answer in answers(content):
        console.print(answer.basis, style="dim", highlight=False)
        console.print(*answer.sentences, sep="\n", highlight=False)
        console.print(answer.caution, style="dim", highlight=False)
    console.print(f"The report is {page}.", highlight=False, soft_wrap=True)
