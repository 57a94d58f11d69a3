"""The printed page at several widths, and its words on what is not shown."""

import io
import re

import numpy as np
import pytest
from made_systems import one_measure, parallel_rows, system, table
from rich.console import Console

from isoglot.evaluation.statistics.compare import compare
from isoglot.evaluation.statistics.comparison import Comparison
from isoglot.evaluation.statistics.tables import comparison_page


def wide_comparisons() -> list[Comparison]:
    """Three trainings of long names, every kind of verdict, large rank distances and a long measure."""
    rows, rng = parallel_rows(40), np.random.default_rng(0)

    def run(shift: float) -> object:
        noise = rng.normal(0, 0.02, 40)
        measures = {"AP": 0.4 + shift + noise, "Success@100": rng.random(40), "nDCG@10": np.full(40, 0.5)}
        return table(rows, "multilingual", RD=10_000 - 9_000 * shift + rng.integers(-900, 900, 40), **measures)

    base = system("runs/evaluations/xlm-roberta-base-monolingual", run(0.0), run(0.01), run(-0.01))
    others = [system("better", run(0.2), run(0.21)), system("worse", run(-0.2)), system("like", run(0.0))]
    return compare(base, others, measures=["AP", "Success@100", "nDCG@10", "RD"], resamples=300)


def rendered(comparisons: list[Comparison], width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(comparison_page(comparisons))
    return console.file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_nothing_is_cut_off_at_any_width(width: int) -> None:
    comparisons = wide_comparisons()
    page = rendered(comparisons, width)
    assert max(map(len, page.splitlines())) <= width
    assert "…" not in page
    if width >= 100:
        for each in comparisons:
            assert f"{each.base_mean:.3f}".removeprefix("0") in page or f"{each.base_mean:,.0f}" in page


@pytest.mark.parametrize(("width", "systems"), [(80, ["like"]), (100, ["better", "worse", "like"])])
def test_figures_stand_whole_in_their_rows(width: int, systems: list[str]) -> None:
    """At 80 columns unless a rank distance of five digits meets an effect of more than three deviations."""
    page = rendered([each for each in wide_comparisons() if each.other in systems], width)
    for measure in ("AP", "Success@100", "nDCG@10", "RD"):
        rows = [line for line in page.splitlines() if line.startswith(f" {measure} ")]
        assert len(rows) == len(systems)
        for row in rows:
            assert re.search(r" \S+ to \S+ .*(better|worse|none shown|cannot tell) *$", row)


def test_differences_have_a_digit_more_and_zero_has_no_sign() -> None:
    rows = parallel_rows(30)
    scattered = np.where(np.arange(30) % 2, 0.0004, -0.0004)  # a mean of zero, or beside it by rounding
    base = system("a", table(rows, "multilingual", AP=np.full(30, 0.5), RD=np.full(30, 5.0)))
    others = [
        system("b", table(rows, "multilingual", AP=0.5 - 1e-9 + scattered, RD=5 - 1e-9 + scattered)),
        system("c", table(rows, "multilingual", AP=0.4988 + scattered, RD=4.96 + scattered)),
    ]
    page = rendered(compare(base, others, measures=["AP", "RD"], resamples=300), 80)
    assert re.search(r"\n AP +\.500 +\.500 +\.0000 ", page)
    assert re.search(r"\n AP +\.500 +\.499 +-\.0012 ", page)
    assert re.search(r"\n RD +5\.0 +5\.0 +0\.0 ", page)
    assert re.search(r"\n RD +5\.0 +5\.0 +-0\.040 ", page)
    assert not re.search(r"[+-]0?\.0+(?!\d)", page)


def test_wanting_topics_and_seeds_are_said_in_words() -> None:
    comparisons = wide_comparisons()
    page = " ".join(rendered(comparisons).split())
    wanting = next(each for each in comparisons if each.measure == "Success@100")
    assert f"multilingual Success@100: about {wanting.topics_needed:,} topics could show a difference of .0100." in page
    assert "Training seeds: 3 (base), 2 (other)." in page
    assert "Training seeds: 3 (base), 1 (other); from one seed nobody can tell how much training varies." in page
    assert "unknown (other)" in page
    assert "after Holm's correction over all 12 comparisons" in page


def test_difference_that_other_seeds_may_not_show_is_said() -> None:
    rows = parallel_rows(30)
    found = compare(
        one_measure("base", rows, np.full(30, 0.2), np.full(30, 0.6)),
        [one_measure("other", rows, np.full(30, 0.5), np.full(30, 0.5))],
        resamples=300,
    )
    page = " ".join(rendered(found).split())
    assert "monolingual AP: the topics show a difference that other training seeds may not" in page
    assert "cannot tell" in page


def test_p_too_small_for_four_decimals_is_not_printed_as_0() -> None:
    rows = parallel_rows(30)
    found = compare(one_measure("a", rows, np.zeros(30)), [one_measure("b", rows, np.ones(30))], resamples=30_000)
    assert found[0].adjusted_p < 0.00005
    assert "<.0001" in rendered(found)
    assert not re.search(r" to \S+ +\.0000 ", rendered(found))
