"""An evaluation as a person asks for it: a collection or a group, with corrections, checked for leakage, on disk."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.data.catalogue import is_group, open_collection
from isoglot.errors import RequestError, unknown
from isoglot.evaluation.cost import preview
from isoglot.evaluation.encoded import encode_collection
from isoglot.evaluation.engine import HERE, Engine
from isoglot.evaluation.evaluate import Evaluation, evaluate_encoded, evaluate_lexical, passage_languages
from isoglot.evaluation.evaluate import check_request as check_evaluation
from isoglot.evaluation.files import SCORES, write_evaluation, write_scores
from isoglot.evaluation.group import group_scores, group_table
from isoglot.evaluation.measures import Measure
from isoglot.evaluation.side_by_side import side_by_side_table
from isoglot.evaluation.tables import evaluation_page
from isoglot.experiments.leakage import leakage_of
from isoglot.files import new_folder
from isoglot.models.debias import Correction, check_request, encode_samples, fit, kind_named, load_correction
from isoglot.models.store import EmbeddingStore

WITHOUT = "all-"
AS_ENCODED = "as encoded"
# The name under which BM25 is evaluated, in the place of a model.
BM25 = "bm25"


@dataclass(frozen=True)
class EvaluationRequest:
    """What to evaluate and how; the options of `isoglot evaluate`.

    Args:
        model: name or folder of the model.
        collection: as it was given, of a collection or a group.
        out: where the files go; None for none.
        overwrite: whether a finished evaluation may be replaced.
        pools: sub-pools such as "en,de", or "all-de" for all but German.
        measures: what to compute for every query.
        corrections: kinds of training-free corrections to evaluate too.
        corrections_fit: the collection to fit them on.
        best_section: score long passages by their best section.
        run_depth: passages of each query that the TREC run holds; 0 for no run.
        batch_size: texts encoded together.
        memory: bound in bytes on what ranking holds.
        store: keeps vectors; None for none.
        progress: show bars.
        engine: who encodes and ranks.
    """

    model: str
    collection: str
    out: Path | None
    overwrite: bool
    pools: tuple[str, ...]
    measures: tuple[Measure, ...]
    corrections: tuple[str, ...]
    corrections_fit: str | None
    best_section: bool
    run_depth: int
    batch_size: int
    memory: int
    store: EmbeddingStore | None
    progress: bool
    engine: Engine = HERE

    def check(self) -> None:
        """Refuse what cannot be done, before anything is loaded; raises RequestError."""
        if self.corrections and self.corrections_fit is None:
            raise RequestError(f"{self.corrections[0]} needs data to be fitted on; add --debias-fit COLLECTION.")
        if self.corrections_fit is not None and not self.corrections:
            raise RequestError(f"{self.corrections_fit} is to fit nothing; add --debias centre, lir or shift.")
        if self.run_depth and self.out is None:
            raise RequestError(f"a run of depth {self.run_depth} has no place to go; add --out DIR.")
        for name in self.corrections:
            kind_named(name)
        if self.model == BM25 and (self.corrections or self.best_section):
            raise RequestError("bm25 has no vectors to correct and reads passages whole; leave these options out.")


def evaluate_all(
    request: EvaluationRequest, model: SentenceTransformer | None, collections: Iterable[Collection], console: Console
) -> None:
    """Evaluate on each collection, print what was found, and write it when all is done.

    Without a model it is BM25 that is evaluated. A model that was saved with a correction is evaluated with it; the
    uncorrected scores are shown beside.
    """
    saved = load_correction(Path(request.model))
    corrections = {f"with {saved.kind}": saved} if saved else {}
    corrections |= {} if model is None else dict(_fitted(request, model))
    main = f"with {saved.kind}" if saved else AS_ENCODED
    members: dict[str, dict[str, Any]] = {}
    of_group = is_group(request.collection)
    with _folder(request) as folder:
        for collection in collections:
            place = folder and (folder / collection.name.rpartition("/")[2] if of_group else folder)
            members[collection.name] = _evaluate_one(request, model, collection, corrections, main, place, console)
        if of_group:
            scores = group_scores(members)
            console.print(group_table(request.collection, scores))
            if folder:
                write_scores({"model": request.model, "collection": request.collection, **scores}, folder)


def _evaluate_one(
    request: EvaluationRequest,
    model: SentenceTransformer | None,
    collection: Collection,
    corrections: Mapping[str, Correction],
    main: str,
    folder: Path | None,
    console: Console,
) -> dict[str, Any]:
    """Evaluate on one collection, print and write it; the scores of the main variant."""
    pools = [_languages(pool, collection) for pool in request.pools]
    check_evaluation(collection, pools)
    names = [main] if model is None else [AS_ENCODED, *corrections]
    leakage = {name: leakage_of(Path(request.model), collection, corrections.get(name)) for name in names}
    _print_statements([each for each in leakage.values() if not each.get("clean", True)], console)
    if model is None:
        found = {main: evaluate_lexical(collection, pools=pools, measures=request.measures, top=request.run_depth)}
    else:
        found = _evaluate_encoded(request, model, collection, corrections, pools, console)
    console.print(evaluation_page(found[main].scores))
    if len(found) > 1:
        console.print(side_by_side_table({name: each.scores for name, each in found.items()}))
    _print_statements(leakage.values(), console)
    if folder:
        for name, evaluation in found.items():
            place = folder if name == main else folder / name.replace(" ", "-")
            place.mkdir(parents=True, exist_ok=True)
            write_evaluation(evaluation, request.model, collection, place, {"variant": name, "leakage": leakage[name]})
    return found[main].scores


def _print_statements(leakage: Iterable[Mapping[str, Any]], console: Console) -> None:
    for statement in dict.fromkeys(each["statement"] for each in leakage):
        console.print(statement, highlight=False)


def _evaluate_encoded(
    request: EvaluationRequest,
    model: SentenceTransformer,
    collection: Collection,
    corrections: Mapping[str, Correction],
    pools: list[list[str]],
    console: Console,
) -> dict[str, Evaluation]:
    """The evaluation of the vectors as they are, and with each correction; everything is encoded once."""
    estimate = preview(
        model,
        collection,
        best_section=request.best_section,
        store=request.store,
        batch_size=request.batch_size,
    )
    console.print(f"{collection.name}: {estimate.sentence}", highlight=False, soft_wrap=True)
    encoded = encode_collection(
        model,
        collection,
        batch_size=request.batch_size,
        best_section=request.best_section,
        store=request.store,
        progress=request.progress,
        engine=request.engine,
    )
    encoded.cost["estimate"] = estimate.to_dict()
    variants = {AS_ENCODED: encoded}
    variants |= {name: encoded.corrected(collection, correction) for name, correction in corrections.items()}
    return {
        name: evaluate_encoded(
            collection,
            each,
            pools=pools,
            measures=request.measures,
            top=request.run_depth,
            memory=request.memory,
            engine=request.engine,
        )
        for name, each in variants.items()
    }


def _fitted(request: EvaluationRequest, model: SentenceTransformer) -> Iterator[tuple[str, Correction]]:
    """The corrections asked for, fitted on their collection."""
    if request.corrections_fit is None:
        return
    collection = open_collection(request.corrections_fit)
    kinds = [kind_named(name) for name in dict.fromkeys(request.corrections)]
    for kind in kinds:
        check_request(collection, kind, None)
    samples = encode_samples(
        model, collection, batch_size=request.batch_size, store=request.store, progress=request.progress
    )
    for kind in kinds:
        yield kind, fit(kind, samples, collection, source=request.corrections_fit)


def _languages(pool: str, collection: Collection) -> list[str]:
    """The languages of a pool such as "en,de" or "all-de".

    Raises:
        RequestError: it leaves out a language that no passage is in.
    """
    known = passage_languages(collection)
    if not pool.startswith(WITHOUT):
        return [code.strip() for code in pool.split(",")]
    left_out = pool.removeprefix(WITHOUT)
    if left_out not in known:
        raise unknown("passage language", left_out, known)
    return [language for language in known if language != left_out]


def _folder(request: EvaluationRequest) -> AbstractContextManager[Path | None]:
    return nullcontext() if request.out is None else new_folder(request.out, SCORES, overwrite=request.overwrite)
