"""The scores of all systems: a table as in the paper for each collection in several languages, one for the rest."""

import re

from isoglot.evaluation.per_query import RANK_DISTANCE
from isoglot.evaluation.statistics.comparison import direction
from isoglot.experiments.grid.comparisons import Question
from isoglot.experiments.grid.contrast import Estimate
from isoglot.experiments.grid.work import BM25
from isoglot.experiments.reports.content import HYBRID, Content
from isoglot.experiments.reports.numbers import between, number
from isoglot.experiments.reports.paper import paper_figure, paper_note
from isoglot.experiments.reports.table import Table, Value

NOTE = (
    "Means over languages (or pairs of them), then over training seeds; below them 95 % bootstrap intervals over "
    "topics and the standard deviation (sd) over seeds. Bold: the best of a column. ↑ and ↓: shown to be better or "
    "worse than hybrid (see the comparisons)."
)


def score_tables(content: Content) -> list[Table]:
    """Every collection's scores."""
    several = [name for name in content.collections if len(content.questions(name)) > 1]
    single = [name for name in content.collections if name not in several]
    tables = [_settings_table(content, collection) for collection in several]
    if content.spec.corrections:
        tables += [_corrections_table(content, collection) for collection in several]
    return [*tables, *([_single_table(content, single)] if single else [])]


def systems_in_order(content: Content) -> list[str]:
    """Baselines, every strategy with the hybrid last, and the variants; without the corrections of any."""
    baselines = [*(start.untrained for start in content.starts), BM25]
    main = [system for start in content.starts for system in start.main.values()]
    variants = [system for start in content.starts for own in start.variants.values() for system in own]
    return [system for system in (*baselines, *main, *variants) if system in content.systems]


def file_name(*parts: str) -> str:
    """A name for a file and a place on the page.

    >>> file_name("scores", "beir/scifact")
    'scores-beir-scifact'
    """
    return re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")


def question_title(question: Question) -> str:
    """What a column of scores is called.

    >>> question_title(("multilingual", "AP")), question_title(("multilingual", "RD"))
    ('multilingual pool, mAP', 'rank distance')
    """
    setting, measure = question
    if measure == RANK_DISTANCE:
        return "rank distance"
    pool = " pool" if setting == "multilingual" else ""
    return f"{setting}{pool}, {'mAP' if measure == 'AP' else measure}"


def _settings_table(content: Content, collection: str) -> Table:
    models = [start.model for start in content.starts]
    note = f"{NOTE} {paper_note(models, collection)}".strip()
    title = f"Scores on {collection}"
    return _table(content, file_name("scores", collection), title, collection, systems_in_order(content), note)


def _corrections_table(content: Content, collection: str) -> Table:
    """The main systems without a correction and with each."""
    suffixes = ("", *(f" + {kind}" for kind in content.spec.corrections))
    own = [system for start in content.starts for system in (start.untrained, *start.main.values())]
    systems = [f"{system}{suffix}" for system in own for suffix in suffixes]
    title = f"Training-free corrections on {collection}"
    note = f"Fitted on {content.spec.corrections_fit}. {NOTE}"
    return _table(content, file_name("corrections", collection), title, collection, systems, note)


def _table(content: Content, name: str, title: str, collection: str, systems: list[str], note: str) -> Table:
    questions = content.questions(collection)
    rows = _rows(content, systems, [(collection, question) for question in questions])
    return Table(name, title, ["system", "seeds", *map(question_title, questions)], rows, note)


def _single_table(content: Content, collections: list[str]) -> Table:
    columns = [(name, question) for name in collections for question in content.questions(name)]
    titles = [f"{name}, {'mAP' if measure == 'AP' else measure}" for name, (_, measure) in columns]
    title = "Scores on collections in one language"
    rows = _rows(content, systems_in_order(content), columns)
    return Table("scores-single", title, ["system", "seeds", *titles], rows, NOTE)


def _rows(content: Content, systems: list[str], columns: list[tuple[str, Question]]) -> list[list[Value]]:
    found = {
        system: [content.estimate(collection, system, question) for collection, question in columns]
        for system in systems
    }
    found = {system: own for system, own in found.items() if any(own)}
    best = [_best([own[place] for own in found.values()]) for place in range(len(columns))]
    return [
        [
            Value(system),
            Value(str(max(len(each.seeds) for each in own if each))),
            *(
                _value(content, collection, question, each, top)
                for (collection, question), each, top in zip(columns, own, best, strict=True)
            ),
        ]
        for system, own in found.items()
    ]


def _best(column: list[Estimate | None]) -> float | None:
    known = [each for each in column if each is not None]
    if len(known) < 2:
        return None
    return (max if direction(known[0].measure) > 0 else min)(each.mean for each in known)


def _value(content: Content, collection: str, question: Question, each: Estimate | None, best: float | None) -> Value:
    if each is None:
        return Value("–")
    measure = each.measure
    details = [between(measure, each.interval)]
    if each.deviation is not None:
        details.append(f"sd {number(measure, each.deviation)}")
    for start in content.starts:
        for strategy, system in start.main.items():
            figure = paper_figure(start.model, collection, strategy, question)
            if system == each.system and figure is not None:
                details.append(f"paper {number(measure, figure)}")
    verdict = _against_hybrid(content, collection, each.system, question)
    mark = {"better": " ↑", "worse": " ↓"}.get(verdict, "")
    return Value(number(measure, each.mean) + mark, tuple(details), each.mean == best, verdict)


def _against_hybrid(content: Content, collection: str, system: str, question: Question) -> str:
    """Whether a system is shown to be better or worse than the hybrid of its start model; else empty."""
    opposite = {"better": "worse", "worse": "better"}
    for hybrid in (start.main[HYBRID] for start in content.starts if HYBRID in start.main):
        if found := content.comparison(collection, system, hybrid, question):
            return opposite.get(found.verdict, "")
        if found := content.comparison(collection, hybrid, system, question):
            return found.verdict if found.verdict in opposite else ""
    return ""
