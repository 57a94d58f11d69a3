"""The answer of an experiment in three sentences, made from its comparisons alone."""

from dataclasses import dataclass

from isoglot.evaluation.per_query import RANK_DISTANCE
from isoglot.evaluation.statistics.comparison import CANNOT_TELL, Comparison
from isoglot.experiments.grid.pairs import StartModel
from isoglot.experiments.reports.content import HYBRID, Content
from isoglot.experiments.reports.leakage import leakage_records, leaking, leaking_texts
from isoglot.experiments.reports.numbers import between, counted, listed, number
from isoglot.experiments.reports.verdicts import OPPONENTS, against, corrected

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


def _answer(content: Content, start: StartModel, collection: str) -> Answer:
    scores = content.any_scores(collection)
    found = {opponent: against(content, start, collection, opponent) for opponent in OPPONENTS}
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
    cautions = [*_rivals(content, start, collection), *dict.fromkeys(leaks), *_cautions(compared, seeds)]
    return Answer(" · ".join(basis), sentences, " ".join(cautions))


def _rivals(content: Content, start: StartModel, collection: str) -> list[str]:
    """Other trainings that a correction makes better than hybrid batches in every setting."""
    found = {
        opponent: [each for each in against(content, start, collection, opponent) if each.measure != RANK_DISTANCE]
        for opponent in corrected(content)
    }
    names = [name for name, own in found.items() if own and _with(own, "worse") == own]
    return [f"Better in every setting after a correction that takes no training: {listed(names)}."] if names else []


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
    found = [each for name in names for each in against(content, start, name, list(OPPONENTS)[-1])]
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


def _order(found: list[Comparison]) -> list[str]:
    known = ("better", "worse", SAME, CANNOT_TELL)
    return [verdict for verdict in known if _with(found, verdict)]


def _with(found: list[Comparison], verdict: str) -> list[Comparison]:
    return [each for each in found if each.verdict == verdict]
