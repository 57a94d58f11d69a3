"""The three sentences say what the comparisons say, and nothing else."""

from dataclasses import replace

import pytest

from isoglot.data import Collection
from isoglot.data.leakage import find_leaks
from isoglot.evaluation.statistics.comparison import Comparison
from isoglot.experiments.reports.answer import answers
from isoglot.experiments.reports.content import Content
from isoglot.experiments.reports.leakage import leakage_statements, pair_table
from isoglot.experiments.reports.verdicts import OPPONENTS, verdict_table

ANSWER = "The Nile flows north through eleven countries of Africa."
COPIES = Collection.from_rows(
    "copies",
    queries=[
        {"query_id": "q", "topic_id": "t", "language": "en", "text": "Through how many countries flows the Nile?"}
    ],
    passages=[{"passage_id": "p", "language": "en", "text": ANSWER}],
    qrels=[{"topic_id": "t", "passage_id": "p"}],
)

BETTER = {"difference": 0.05, "adjusted_p": 0.01, "seed_interval": (0.04, 0.06)}
WORSE = {"difference": -0.05, "adjusted_p": 0.01, "seed_interval": (-0.06, -0.04)}
SAME = {"difference": 0.001, "adjusted_p": 0.8, "minimum_detectable": 0.004, "worth": 0.01, "topics": 500}
UNKNOWN = {"difference": 0.02, "adjusted_p": 0.3, "minimum_detectable": 0.04, "worth": 0.01, "topics": 100, "family": 1}
SEEDS = {"difference": 0.02, "adjusted_p": 0.01, "seed_interval": (-0.01, 0.05)}


def changed(content: Content, opponent: str, **by_setting: dict) -> Content:
    """The content with other comparisons of hybrid with the opponent; RD is the setting "bias"."""

    def new(each: Comparison) -> Comparison:
        key = "bias" if each.measure == "RD" else each.setting.replace("-", "_")
        is_meant = (each.base, each.other) == (opponent, "hybrid")
        return replace(each, **by_setting[key]) if is_meant and key in by_setting else each

    (name,) = content.statistics
    statistics = content.statistics[name]
    own = replace(statistics, comparisons=[new(each) for each in statistics.comparisons])
    return replace(content, statistics={name: own})


def sentence(content: Content, opponent: str) -> str:
    (answer,) = answers(content)
    return answer.sentences[list(OPPONENTS).index(opponent)]


def test_each_verdict_has_its_words(content: Content) -> None:
    other = changed(content, "mixed", monolingual=WORSE, cross_lingual=SAME, multilingual=BETTER,
                    bias=BETTER | {"other_mean": 50.0, "base_mean": 45.0, "interval": (3.0, 7.0)})  # fmt: skip
    assert sentence(other, "mixed") == (
        "Against ordinary mixed batches, hybrid batches are better in multilingual (+.050) retrieval, are worse in "
        "monolingual (−.050) retrieval and show no difference worth .010 in cross-lingual (+.001) retrieval (mAP); in "
        "language bias they are worse (rank distance 50.0 against 45.0, a difference of +3.0 to +7.0)."
    )


@pytest.mark.parametrize("case", [UNKNOWN, SEEDS])
def test_what_the_sample_cannot_tell_is_said(content: Content, case: dict) -> None:
    other = changed(content, "monolingual", monolingual=case, cross_lingual=case, multilingual=case, bias=case)
    said = sentence(other, "monolingual")
    assert "cannot be told apart from them in monolingual (+.020), cross-lingual (+.020) and" in said
    assert "in language bias the sample cannot tell" in said
    assert "better" not in said
    assert "worse" not in said


def test_what_is_wanting_is_said_after_the_sentences(content: Content) -> None:
    (answer,) = answers(changed(content, "mixed", monolingual=UNKNOWN, cross_lingual=SEEDS))
    assert "about 1,600 topics" in answer.caution
    assert "train with more seeds" in answer.caution


def test_one_training_seed_is_no_verdict_on_training(content: Content) -> None:
    one = {"base_seeds": 1}
    (answer,) = answers(changed(content, "mixed", monolingual=one, cross_lingual=one, multilingual=one, bias=one))
    assert answer.caution.startswith("From one training seed nobody can tell")
    assert "1 training seed " in answer.basis


def test_strategy_that_was_not_trained_is_named(content: Content) -> None:
    (start,) = content.starts
    without = {strategy: system for strategy, system in start.main.items() if strategy != "monolingual"}
    other = replace(content, starts=[replace(start, main=without)])
    assert sentence(other, "monolingual") == (
        "Hybrid against monolingual-only batches cannot be judged: this run has no finished evaluation of "
        "monolingual-only batches."
    )
    no_hybrid = replace(content, starts=[replace(start, main={"mixed": "mixed"})])
    assert all("no finished evaluation of hybrid batches" in sentence(no_hybrid, opponent) for opponent in OPPONENTS)


def test_there_are_three_sentences_with_the_basis(content: Content) -> None:
    (answer,) = answers(content)
    assert len(answer.sentences) == 3
    assert answer.basis == (
        "worldfacts/held-out · 20 topics · 4 query languages · 2 training seeds · start model isoglot/static"
    )


def test_verdict_table_has_a_row_for_each_opponent_and_the_words_of_the_comparisons(content: Content) -> None:
    table = verdict_table(changed(content, "cross-lingual", multilingual=WORSE, bias=UNKNOWN))
    named = [row[0].text.removeprefix("worldfacts/held-out: hybrid against ") for row in table.rows]
    assert named == [*OPPONENTS, *(f"{opponent} + centre" for opponent in OPPONENTS)]
    row = table.rows[1]
    assert (row[3].text, row[3].verdict, row[3].details[0]) == ("worse", "worse", "−.050")
    assert (row[4].text, row[4].verdict) == ("cannot tell with this sample", "")
    assert row[4].details[2].startswith("about ")
    assert row[4].details[2].endswith(" topics could")


def test_a_corrected_rival_is_named_where_it_is_better_in_every_setting(content: Content) -> None:
    settings = ("monolingual", "cross_lingual", "multilingual")
    rival = changed(content, "mixed + centre", **dict.fromkeys(settings, WORSE), bias=BETTER)
    rival = changed(rival, "monolingual + centre", **dict.fromkeys(settings, BETTER), bias=WORSE)
    said = "Better in every setting after a correction that takes no training: mixed + centre."
    (answer,) = answers(rival)
    assert said in answer.caution
    (answer,) = answers(changed(rival, "mixed + centre", multilingual=UNKNOWN))
    assert "mixed + centre" not in answer.caution


def test_leakage_is_said_with_the_answer(content: Content) -> None:
    record = find_leaks([replace(COPIES, name="train")], COPIES).to_dict()

    def leaking(scores: list[dict]) -> list[dict]:
        return [{**each, "leakage": {"checked": True, **record}} for each in scores]

    key = ("worldfacts/held-out", "mixed")
    (answer,) = answers(replace(content, scores={**content.scores, key: leaking(content.scores[key])}))
    assert answer.caution.startswith(
        "The training data holds 1 query and 1 passage of 2 texts of worldfacts/held-out (see Leakage)."
    )
    (clean,) = answers(content)
    assert "Leakage" not in clean.caution


def test_a_leak_is_told_once_also_where_an_update_changed_its_record(content: Content) -> None:
    record = {"checked": True, **find_leaks([replace(COPIES, name="train")], COPIES).to_dict()}
    (first, own), *rest = content.scores.items()
    scores = dict(rest) | {first: [{**each, "leakage": {**record, "of_a_later_version": 1}} for each in own]}
    key = ("worldfacts/held-out", "mixed")
    scores[key] = [{**each, "leakage": record} for each in scores[key]]
    changed_record = replace(content, scores=scores)
    (answer,) = answers(changed_record)
    assert answer.caution.count("see Leakage") == 1
    assert len(pair_table(changed_record).rows) == 2


def test_pairs_that_leak_are_listed_once_for_systems_with_one_record(content: Content) -> None:
    record = {"checked": True, **find_leaks([replace(COPIES, name="train")], COPIES).to_dict()}
    scores = {key: [{**each, "leakage": record} for each in own] for key, own in content.scores.items()}
    table = pair_table(replace(content, scores=scores))
    assert [row[1].text for row in table.rows] == ["exact, 1.00", "exact, 1.00"]
    assert (table.rows[0][3].text, table.rows[0][3].details) == (ANSWER, ("copies passage p (en)",))
    assert not pair_table(content).rows
    (named,) = {statement for _, statement in leakage_statements(replace(content, scores=scores))}
    assert named.startswith("1 query and 1 passage of copies (2 texts) leak from train, in pairs: 2 exact")
