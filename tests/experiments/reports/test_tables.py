"""The tables against the scores they are of, and the paper's figures beside them."""

import platform
import re
from dataclasses import replace

import pytest

from isoglot.experiments.reports import run_tables
from isoglot.experiments.reports.content import Content
from isoglot.experiments.reports.dev_scores import dev_table
from isoglot.experiments.reports.other_tables import comparison_tables, language_tables
from isoglot.experiments.reports.paper import FIGURES, paper_figure, paper_note, paper_start
from isoglot.experiments.reports.report import tables_of
from isoglot.experiments.reports.score_tables import score_tables
from isoglot.experiments.reports.table import Table, Value, latex, markdown


def test_scores_are_means_over_seeds_in_the_order_of_the_strategies(content: Content) -> None:
    table, corrections = score_tables(content)
    assert [row[0].text for row in table.rows] == [
        "untrained isoglot/static", "mixed", "monolingual", "cross-lingual", "hybrid", "hybrid, alpha 0.25",
    ]  # fmt: skip
    scores = content.scores["worldfacts/held-out", "hybrid"]
    mean = sum(each["settings"]["cross-lingual"]["AP"] for each in scores) / len(scores)
    row = next(row for row in table.rows if row[0].text == "hybrid")
    assert row[1].text == "2"
    assert row[3].text.startswith(f"{mean:.3f}".lstrip("0"))
    assert row[3].details[1].startswith("sd ")
    assert len(corrections.rows) == 2 * 5


def test_best_of_a_column_is_the_highest_score_and_the_lowest_rank_distance(content: Content) -> None:
    table = score_tables(content)[0]
    for place in range(2, 6):
        values = [float(row[place].text.split()[0].replace(",", "")) for row in table.rows]
        wanted = min(values) if place == 5 else max(values)
        assert {value for value, row in zip(values, table.rows, strict=True) if row[place].best} == {wanted}


def test_arrow_is_the_verdict_against_hybrid(content: Content) -> None:
    marks = {row[0].text: row[4].text.partition(" ")[2] for row in score_tables(content)[0].rows}
    for system in ("mixed", "monolingual", "untrained isoglot/static"):
        found = content.comparison("worldfacts/held-out", system, "hybrid", ("multilingual", "AP"))
        assert found is not None
        assert marks[system] == {"better": "↓", "worse": "↑"}.get(found.verdict, "")
    assert marks["hybrid"] == ""
    assert "↓" in marks.values()


def test_paper_stands_beside_ours_only_for_its_start_models(content: Content) -> None:
    (start,) = content.starts
    renamed = {("xquad-r", system): scores for (_, system), scores in content.scores.items()}
    statistics = content.statistics["worldfacts/held-out"]
    estimates = [replace(each, collection="xquad-r") for each in statistics.estimates]
    own = replace(statistics, collection="xquad-r", estimates=estimates, comparisons=[])
    other = replace(content, scores=renamed, statistics={"xquad-r": own})
    ours = score_tables(other)[0]
    assert "paper" not in str(ours.rows)
    assert "other models" in ours.note
    theirs = score_tables(replace(other, starts=[replace(start, model="FacebookAI/xlm-roberta-base")]))[0]
    (row,) = [row for row in theirs.rows if row[0].text == "hybrid"]
    assert [value.details[-1] for value in row[2:]] == ["paper .798", "paper .705", "paper .593", "paper 287"]


@pytest.mark.parametrize(
    ("model", "start"),
    [("xlm-roberta-base", "XLM-R"), ("models/XLMR", "XLM-R"), ("sentence-transformers/LaBSE", "LaBSE"),
     ("xlm-rewritten", None), ("isoglot/use-m3", None)],
)  # fmt: skip
def test_start_models_of_the_paper(model: str, start: str | None) -> None:
    assert paper_start(model) == start


def test_paper_says_hybrid_is_best_where_its_tables_do() -> None:
    question = ("monolingual", "AP")
    for name, collection in FIGURES:
        model = {"XLM-R": "xlm-roberta-base", "LaBSE": "LaBSE"}[name]
        rows = {each: paper_figure(model, collection, each, question) for each in FIGURES[name, collection]}
        assert rows["hybrid"] == max(rows.values())
    assert paper_figure("LaBSE", "xquad-r", "mixed", question) is None
    assert paper_note(["LaBSE"], "beir/scifact") == ""


def test_languages_are_rows_with_their_names(content: Content) -> None:
    tables = language_tables(content)
    assert len(tables) == 4
    assert [row[0].text for row in tables[0].rows] == ["de German", "en English", "es Spanish", "th Thai"]
    scores = content.scores["worldfacts/held-out", "mixed"]
    mean = sum(each["languages"]["de"]["RD"] for each in scores) / 2
    assert float(tables[3].rows[0][tables[3].columns.index("mixed")].text.replace(",", "")) == pytest.approx(
        mean, abs=0.6
    )


def test_every_comparison_is_in_a_table(content: Content) -> None:
    rows = [row for table in comparison_tables(content) for row in table.rows]
    assert len(rows) == len(content.statistics["worldfacts/held-out"].comparisons)


def test_cost_counts_trainings_and_names_the_hardware(content: Content) -> None:
    rows = {row[0].text: [value.text for value in row[1:]] for row in run_tables.cost_table(content).rows}
    assert rows["hybrid"][:3] == ["2", "60", "21.9 s"]
    assert rows["hybrid"][4] == "cpu, 1 thread (x86_64, 2 cores)"
    assert rows["untrained isoglot/static"][0] == "0"
    assert "within-batch" not in rows


def test_dev_scores_are_those_of_the_checkpoint_that_was_kept(content: Content) -> None:
    table = dev_table(content)
    rows = {(row[0].text, row[1].text): row for row in table.rows}
    assert ("within-batch", "0") not in rows
    assert len(rows) == 10
    for cell in content.cells:
        if cell.key in content.records:
            record = content.records[cell.key]
            (kept,) = [e["eval_score"] for e in record["log"] if e.get("step") == 60 and "eval_score" in e]
            row = rows[cell.system, str(cell.recipe.seed)]
            assert (row[3].text, float(row[4].text)) == ("60", pytest.approx(kept, abs=0.0006))
    best = max(row[4].text for row in table.rows)
    assert {row[4].text for row in table.rows if row[4].best} == {best}


def test_dev_scores_by_setting_and_collection_are_columns_where_the_log_has_them(content: Content) -> None:
    key, record = next(iter(content.records.items()))
    entry = {"step": 60, "eval_score": 0.9, "eval_AP_multilingual": 0.25, "eval_score_help": 0.125}
    other = {**content.records, key: {**record, "log": [entry], "best_step": 60}}
    table = dev_table(replace(content, records=other))
    assert table.columns[4:] == ["dev score", "monolingual", "cross-lingual", "pool", "help"]
    (row,) = [row for row in table.rows if row[4].best]
    assert [value.text for value in row[4:]] == [".900", "–", "–", ".250", ".125"]


def test_failed_cells_say_what_their_command_said_last(content: Content) -> None:
    found = dict(run_tables.unfinished(content))
    assert list(found) == ["within-batch, seed 0", "within-batch, seed 1"]
    assert found["within-batch, seed 1"].endswith("train: isoglot: the loss is not finite; lower the learning rate.")


def test_what_was_made_with_other_options_is_not_said_to_have_failed(content: Content) -> None:
    spec = content.spec.model_copy(update={"max_length": 7})
    found = dict(run_tables.unfinished(replace(content, spec=spec)))
    assert found["mixed, seed 0"] == "to be made again with other options at isoglot evaluate; shown as it was"


def test_versions_say_what_made_the_results(content: Content) -> None:
    said = run_tables.versions(content)
    assert f"python {platform.python_version()}" in said
    assert "transformers 5.23.0" in said


def test_commands_name_the_folder_as_a_variable(content: Content) -> None:
    commands = dict(run_tables.commands(content))
    train, evaluate = commands["mixed, seed 1"]
    assert train.startswith("isoglot train $EXPERIMENT/cells/")
    assert evaluate.endswith("--debias-fit worldfacts/train --debias centre")
    assert str(content.folder) not in str(commands)


def test_markup_in_names_is_escaped() -> None:
    table = Table("t", "50 % & more", ["a_b", "c"], [[Value("x|y_{z}"), Value("−1 ≤ 2", ("#3",), best=True)]])
    assert r"| x\|y_{z} | **−1 ≤ 2** (#3) |" in markdown(table)
    assert r"\caption{50 \% \& more.}" in latex(table)
    assert r"x\textbar{}y\_\{z\} & \textbf{$-$1 $\le$ 2} {\scriptsize \#3} \\" in latex(table)


@pytest.mark.parametrize(
    ("name", "escaped"),
    [("a & b", r"a \& b"), ("50 %", r"50 \%"), ("a_b", r"a\_b"), ("#1 $5", r"\#1 \$5"), ("{x}", r"\{x\}"),
     ("C:\\new", r"C:\textbackslash{}new"), ("~x^2", r"\~{}x\^{}2"), ("a\\\\", r"a\textbackslash{}\textbackslash{}"),
     ("[5pt] x", "{[}5pt] x"), ("*", "{*}"), ("a\n\nb", "a b"), ("en->de", "en-$>$de"), ("Ünï 日本", "Ünï 日本")],
)  # fmt: skip
def test_names_stay_names_in_latex(name: str, escaped: str) -> None:
    lines = latex(Table("t", name, [name, name], [[Value(name), Value(name, (name,))]])).splitlines()
    assert lines[2:] == [
        rf"\caption{{{escaped}.}}", r"\label{tab:t}", r"\begin{tabular}{lr}", r"\toprule",
        rf"{escaped} & {escaped} \\", r"\midrule", rf"{escaped} & {escaped} {{\scriptsize {escaped}}} \\",
        r"\bottomrule", r"\end{tabular}", r"\end{table}",
    ]  # fmt: skip


def test_every_row_of_every_table_is_as_long_as_its_columns(content: Content) -> None:
    tables = [table for group in tables_of(content).values() for table in group]
    assert len(tables) > 10
    for table in tables:
        (columns,) = re.findall(r"^\\begin\{tabular\}\{(lr*)\}$", latex(table), re.MULTILINE)
        rows = re.findall(r"^(.*) \\\\$", latex(table), re.MULTILINE)
        assert {len(re.split(r"(?<!\\)&", row)) for row in rows} == {len(columns)} == {len(table.columns)}
        assert len(rows) == len(table.rows) + 1
