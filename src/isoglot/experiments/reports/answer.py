"""The answer of an experiment in three sentences, made from its comparisons alone."""

from dataclasses import dataclass

from isoglot.evaluation.per_query import RANK_DISTANCE
from isoglot.evaluation.statistics.comparison import CANNOT_TELL, Comparison
from isoglot.experiments.grid.pairs import StartModel
from isoglot.experiments.reports.content import HYBRID, Content
from isoglot.experiments.reports.leakage import leakage_records, leaking, leaking_texts
from isoglot.experiments.reports.numbers import between, counted, listed, number
from isoglot.experiments.reports.table import Table, Value

OPPONENTS = {
    "monolingual": "monolingual-only batches",
    "cross-lingual": "cross-lingual-only batches",
    "mixed": "ordinary mixed batches",
}
SAME = "no difference shown"


@dataclass(frozen=True)
class Answer:
    """What a run says of hybrid batches with one start model.

    Args:
        basis: where and with how much it was measured.
        sentences: one for each of `OPPONENTS`.
        caution: what it does not show; empty where nothing is wanting.
    """

    basis: str
    sentences: list[str]
    caution: str


def answers(content: Content) -> list[Answer]:
    """An answer for each start model, on the first collection in several languages."""
    collection = next(
        (name for name in content.collections if len(content.questions(name)) > 1), content.collections[0]
    )
    return [_answer(content, start, collection) for start in content.starts]


def verdict_table(content: Content) -> Table:
    """The verdict of every collection on hybrid batches against each of the others."""
    settings = list(
        dict.fromkeys(
            "rank distance" if measure == RANK_DISTANCE else setting
            for collection in content.collections
            for setting, measure in content.questions(collection)
        )
    )
    rows = [
        [Value(_named(content, start, f"{collection}: hybrid against {opponent}")), *_verdicts(found, settings)]
        for start in content.starts
        for collection in content.collections
        for opponent in OPPONENTS
        if (found := _comparisons(content, start, collection, opponent))
    ]
    note = (
        "Differences are hybrid − the other, of mAP (nDCG@10 on BEIR, BRIGHT and MIRACL) and of rank distance (less "
        "is better). A verdict takes p ≤ .05 after Holm's correction over all comparisons of the collection, and "
        "with several training seeds an interval over topics and seeds without 0."
    )
    return Table("verdicts", "Hybrid batches against the others", ["", *settings], rows, note)


def _answer(content: Content, start: StartModel, collection: str) -> Answer:
    scores = content.any_scores(collection)
    found = {opponent: _comparisons(content, start, collection, opponent) for opponent in OPPONENTS}
    compared = [each for own in found.values() for each in own]
    seeds = min((min(each.base_seeds, each.other_seeds) for each in compared), default=0)
    basis = [
        collection,
        counted(scores["counts"]["topics"], "topic"),
        counted(len(scores["languages"]), "query language"),
        counted(seeds, "training seed"),
        f"start model {start.model}",
    ]
    sentences = [_sentence(opponent, own, HYBRID in start.main) for opponent, own in found.items()]
    sentences[-1] += _elsewhere(content, start, collection)
    leaks = [
        f"The training data holds {leaking_texts(record)} of {name} (see Leakage)."
        for name in content.collections
        for record in leakage_records(content, name).values()
        if leaking(record)
    ]
    return Answer(" · ".join(basis), sentences, " ".join([*dict.fromkeys(leaks), *_cautions(compared, seeds)]))


def _sentence(opponent: str, found: list[Comparison], has_hybrid: bool) -> str:
    name = OPPONENTS[opponent]
    if not found:
        missing = name if has_hybrid else "hybrid batches"
        return f"Hybrid against {name} cannot be judged: this run has no finished evaluation of {missing}."
    quality = [each for each in found if each.measure != RANK_DISTANCE]
    bias = [each for each in found if each.measure == RANK_DISTANCE]
    measure = "mAP" if quality[0].measure == "AP" else quality[0].measure
    parts = [_by_verdict(verdict, own) for verdict in _order(quality) if (own := _with(quality, verdict))]
    told = f"Against {name}, hybrid batches {listed(parts)} ({measure})"
    return f"{told}; {_bias(bias[0])}." if bias else f"{told}."


def _elsewhere(content: Content, start: StartModel, but: str) -> str:
    """What collections in one language say of hybrid batches against ordinary ones; empty where there are none."""
    names = [name for name in content.collections if name != but and len(content.questions(name)) == 1]
    found = [each for name in names for each in _comparisons(content, start, name, list(OPPONENTS)[-1])]
    words = {"better": "are better", "worse": "are worse", SAME: "show no difference worth knowing"}
    parts = [
        f"{words.get(verdict, 'cannot be told apart from them with this sample')} on {listed(list(map(_shown, own)))}"
        for verdict in _order(found)
        if (own := _with(found, verdict))
    ]
    return f" In one language, they {listed(parts)}." if parts else ""


def _shown(each: Comparison) -> str:
    return f"{each.collection} ({number(each.measure, each.difference, '+')} {each.measure})"


def _by_verdict(verdict: str, found: list[Comparison]) -> str:
    settings = listed([f"{each.setting} ({number(each.measure, each.difference, '+')})" for each in found])
    words = {
        "better": f"are better in {settings} retrieval",
        "worse": f"are worse in {settings} retrieval",
        SAME: f"show no difference worth {number('AP', found[0].worth)} in {settings} retrieval",
    }
    return words.get(verdict, f"cannot be told apart from them in {settings} retrieval with this sample")


def _bias(found: Comparison) -> str:
    ranks = (
        f"rank distance {number(RANK_DISTANCE, found.other_mean)} against {number(RANK_DISTANCE, found.base_mean)}, "
        f"a difference of {between(RANK_DISTANCE, found.interval, '+')}"
    )
    words = {
        "better": "in language bias they are better",
        "worse": "in language bias they are worse",
        SAME: "in language bias no difference is shown",
    }
    return f"{words.get(found.verdict, 'in language bias the sample cannot tell')} ({ranks})"


def _cautions(found: list[Comparison], seeds: int) -> list[str]:
    needed = [each.topics_needed for each in found if each.topics_needed is not None]
    parts = []
    if seeds == 1:
        parts.append("From one training seed nobody can tell how much another would differ.")
    if any(each.seeds_wanting for each in found):
        parts.append("Some differences hold for these topics but vary with the training seed: train with more seeds.")
    if needed:
        parts.append(f"What cannot be told would take about {max(needed):,} topics.")
    return parts


def _comparisons(content: Content, start: StartModel, collection: str, opponent: str) -> list[Comparison]:
    if not {opponent, HYBRID} <= start.main.keys():
        return []
    pair = start.main[opponent], start.main[HYBRID]
    found = [content.comparison(collection, *pair, question) for question in content.questions(collection)]
    return [each for each in found if each is not None]


def _verdicts(found: list[Comparison], settings: list[str]) -> list[Value]:
    by_setting = {"rank distance" if each.measure == RANK_DISTANCE else each.setting: each for each in found}
    return [_verdict(by_setting.get(setting)) for setting in settings]


def _verdict(each: Comparison | None) -> Value:
    if each is None:
        return Value("–")
    details = (number(each.measure, each.difference, "+"), between(each.measure, each.interval, "+"), *needed(each))
    return Value(each.verdict, details, verdict=each.verdict if each.verdict in ("better", "worse") else "")


def needed(each: Comparison) -> tuple[str, ...]:
    """The sample that could tell what this one cannot."""
    topics = () if each.topics_needed is None else (f"about {each.topics_needed:,} topics could",)
    return (*topics, *(("more seeds could",) if each.seeds_wanting else ()))


def _named(content: Content, start: StartModel, text: str) -> str:
    return f"{start.model}, {text}" if len(content.starts) > 1 else text


def _order(found: list[Comparison]) -> list[str]:
    known = ("better", "worse", SAME, CANNOT_TELL)
    return [verdict for verdict in known if _with(found, verdict)]


def _with(found: list[Comparison], verdict: str) -> list[Comparison]:
    return [each for each in found if each.verdict == verdict]
