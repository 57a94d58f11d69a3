"""What is read from the files of token ids is what the model would have read of the texts themselves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import BoW, Pooling, Transformer

from isoglot.batches import Batch
from isoglot.data import Collection
from isoglot.errors import RequestError
from isoglot.models.load import load_model
from isoglot.models.roles import set_prompts
from isoglot.models.static import static_encoder
from isoglot.training.reading import BatchReader, rows_to_read
from isoglot.training.reading.forms import form_of
from isoglot.training.reading.prompted import PromptedTexts
from isoglot.training.reading.rows import RowsByRole
from isoglot.training.reading.tokenise import TokenisedTexts

TEXTS = ["", "which river?", "river " * 90, "x", "ποταμός 12, <pad> </s> and more\nof it", "Fluss 37 ends in de2", " "]
Models = Callable[[str], SentenceTransformer]


@pytest.fixture(scope="module")
def models(xlm_roberta: Path) -> Models:
    """A model of each kind of features, with prompts."""
    made: dict[str, SentenceTransformer] = {}

    def model(kind: str) -> SentenceTransformer:
        if kind not in made:
            made[kind] = (
                static_encoder(TEXTS * 2) if kind == "static" else load_model(kind.replace("xlm", str(xlm_roberta)))
            )
            set_prompts(made[kind], "ask: ", "tell: ")
        return made[kind]

    return model


def collection_of(texts: list[str]) -> Collection:
    """One topic for each text, which is its query and, in a different order, a passage."""
    numbers = range(len(texts))
    return Collection.from_rows(
        "listed",
        queries=[{"query_id": f"q{n}", "topic_id": f"t{n}", "language": "en", "text": f"{texts[n]}?"} for n in numbers],
        passages=[{"passage_id": f"p{n}", "language": "en", "text": f"{texts[-n]}."} for n in numbers],
        qrels=[{"topic_id": f"t{n}", "passage_id": f"p{n}"} for n in numbers],
    )


def batch_of(queries: list[int], passages: list[int], **columns: list[list[int]]) -> Batch:
    """A batch of these rows whose labels exclude nothing."""
    size = len(queries)
    extra = {
        name: np.array(columns.get(name, [[]] * size), np.int64).reshape(size, -1) for name in ("negatives", "versions")
    }
    width = size * (1 + sum(rows.shape[1] for rows in extra.values()))
    positive = np.eye(size, width, dtype=bool)
    return Batch(
        0, np.arange(size), np.array(queries), np.array(passages), positive=positive, excluded=~positive, **extra
    )


def all_rows(collection: Collection) -> list[RowsByRole]:
    return [{"query": np.arange(len(collection.query_texts)), "passage": np.arange(len(collection.passage_texts))}]


def assert_same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        if isinstance(value, torch.Tensor):
            assert ours[name].dtype == value.dtype, name
            assert torch.equal(ours[name], value), name
        else:
            assert ours[name] == value


@pytest.mark.parametrize("kind", ["xlm", "static", "isoglot/use-m3"])
@given(places=st.lists(st.integers(0, 2 * len(TEXTS) - 1), min_size=1, max_size=9))
@settings(max_examples=15, deadline=None)
def test_features_of_any_texts_are_those_of_the_model(
    kind: str, places: list[int], models: Models, tmp_path_factory: pytest.TempPathFactory
) -> None:
    model, rows = models(kind), list(range(len(TEXTS)))
    collection = collection_of(TEXTS)
    reader = BatchReader(model, [collection], all_rows(collection), tmp_path_factory.mktemp("tokens"))
    share = reader([batch_of(rows, rows[::-1])])["share"]
    assert isinstance(share.texts, TokenisedTexts)
    texts = [f"ask: {text}" for text in collection.query_texts]
    texts += [f"tell: {text}" for text in reversed(collection.passage_texts)]
    assert_same(share.texts.features(np.array(places)), model.preprocess([texts[place] for place in places]))
    assert share.sizes == [len(TEXTS)] * 2


@pytest.mark.parametrize("kind", ["xlm", "static", "isoglot/use-m3"])
def test_empty_and_too_long_texts_alone(kind: str, models: Models, tmp_path: Path) -> None:
    model = models(kind)
    form = form_of(model)
    assert form is not None
    for text in ("", "word " * 5000, "a"):
        features = model.preprocess([text, "b"])
        assert_same(form.build(form.split(features)), features)
    if kind != "static":
        limit = model.max_seq_length
        assert form.split(model.preprocess(["word " * 5000])).lengths.tolist() == [limit]


@pytest.mark.parametrize("kind", ["xlm", "isoglot/use-m3"])
def test_a_shorter_maximum_length_is_never_served_from_older_files(kind: str, models: Models, tmp_path: Path) -> None:
    model, collection = models(kind), collection_of(TEXTS)
    before = model.max_seq_length
    longest = []
    try:
        for limit in (20, 7):
            model.max_seq_length = limit
            reader = BatchReader(model, [collection], all_rows(collection), tmp_path)
            longest.append(reader([batch_of([2], [5])])["share"].texts.lengths.max())
    finally:
        model.max_seq_length = before
    assert longest == [20, 7]


def test_a_second_reader_tokenises_nothing_and_another_prompt_all(
    models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, collection = static_encoder(TEXTS * 2), collection_of(TEXTS)
    counted: list[int] = []
    preprocess = type(model[0]).preprocess

    def counting(self: Any, inputs: list[str], **options: Any) -> Any:
        counted.append(len(inputs))
        return preprocess(self, inputs, **options)

    def read(prompt: str) -> list[int]:
        set_prompts(model, prompt, prompt)
        counted.clear()
        with monkeypatch.context() as patch:
            patch.setattr(type(model[0]), "preprocess", counting)
            BatchReader(model, [collection], all_rows(collection), tmp_path)
        return counted[2:]  # the first calls ask what features look like

    assert read("a ") == [len(TEXTS), len(TEXTS)]
    assert read("a ") == []
    assert read("b ") == [len(TEXTS), len(TEXTS)]


@pytest.mark.parametrize(("name", "size"), [("ids", -1), ("ids", 9), ("ids", 0), ("ends", -1), ("ends", 0)])
def test_files_cut_off_after_they_were_written_are_made_again(
    name: str, size: int, models: Models, tmp_path: Path
) -> None:
    model, collection = models("static"), collection_of(TEXTS)
    whole = BatchReader(model, [collection], all_rows(collection), tmp_path)([batch_of([1, 2], [3, 4])])["share"]
    for path in tmp_path.glob(f"*.{name}.npy"):
        path.write_bytes(path.read_bytes()[:size])
    again = BatchReader(model, [collection], all_rows(collection), tmp_path)([batch_of([1, 2], [3, 4])])["share"]
    assert_same(again.texts.features(np.arange(4)), whole.texts.features(np.arange(4)))


def test_files_cut_off_are_made_again(models: Models, tmp_path: Path) -> None:
    model, collection = models("static"), collection_of(TEXTS)
    whole = BatchReader(model, [collection], all_rows(collection), tmp_path)([batch_of([1, 2], [3, 4])])["share"]
    for path in tmp_path.glob("*.ends.npy"):
        path.unlink()
    for path in tmp_path.glob("*.ids.npy"):
        path.write_bytes(b"cut off")
    again = BatchReader(model, [collection], all_rows(collection), tmp_path)([batch_of([1, 2], [3, 4])])["share"]
    assert_same(again.texts.features(np.arange(4)), whole.texts.features(np.arange(4)))
    assert not list(tmp_path.glob(".*partial"))


def test_columns_stand_in_order_and_missing_ones_are_the_passage(models: Models, tmp_path: Path) -> None:
    model, collection = models("xlm"), collection_of(TEXTS)
    reader = BatchReader(model, [collection], all_rows(collection), tmp_path)
    batch = batch_of([1, 3], [4, 5], negatives=[[0, -1], [6, 2]], versions=[[-1], [1]])
    share = reader([batch])["share"]
    passages = [f"tell: {collection.passage_texts[row]}" for row in (4, 5, 0, 4, 6, 2, 4, 1)]
    expected = model.preprocess([f"ask: {collection.query_texts[row]}" for row in (1, 3)] + passages)
    assert_same(share.texts.features(np.arange(10)), expected)
    assert share.sizes == [2, 2, 4, 2]
    assert torch.equal(share.labels.excluded, torch.from_numpy(batch.excluded))
    assert torch.equal(share.labels.positive, torch.from_numpy(batch.positive))
    assert share.labels.teacher is None


class RowTeacher:
    """Its vector of a text is the collection, the role and the row."""

    def vectors(self, collection: int, role: str, rows: np.ndarray) -> torch.Tensor:
        return torch.tensor([[collection, len(role), row] for row in rows.tolist()], dtype=torch.float32)


def test_labels_hold_the_teachers_vectors_of_each_column(models: Models, tmp_path: Path) -> None:
    model, collection = models("static"), collection_of(TEXTS)
    reader = BatchReader(model, [collection], all_rows(collection), tmp_path, RowTeacher())
    teacher = reader([batch_of([1, 3], [4, 5], versions=[[-1], [2]])])["share"].labels.teacher
    assert teacher is not None
    assert [part[:, 1].unique().tolist() for part in teacher] == [[5.0], [7.0], [7.0]]
    assert [part[:, 2].tolist() for part in teacher] == [[1, 3], [4, 5], [-1, 2]]


def test_other_features_are_tokenised_batch_by_batch(tmp_path: Path) -> None:
    model, collection = SentenceTransformer(modules=[BoW(["river", "Fluss"])]), collection_of(TEXTS)
    share = BatchReader(model, [collection], all_rows(collection), tmp_path)([batch_of([1, 5], [2, 3])])["share"]
    assert isinstance(share.texts, PromptedTexts)
    assert not list(tmp_path.iterdir())


def test_a_padding_that_cannot_be_rebuilt_is_left_to_the_model(xlm_roberta: Path) -> None:
    model = load_model(str(xlm_roberta))
    assert form_of(model) is not None
    model[0].processing_kwargs = {"text": {"padding": "max_length"}}
    assert form_of(model) is None


def test_left_padding_is_rebuilt(xlm_roberta: Path) -> None:
    model = load_model(str(xlm_roberta))
    model.tokenizer.padding_side = "left"
    form, features = form_of(model), model.preprocess(TEXTS)
    assert form is not None
    assert_same(form.build(form.split(features)), features)


def test_pooling_without_prompts_needs_one_prompt(xlm_roberta: Path, tmp_path: Path) -> None:
    transformer, collection = Transformer(str(xlm_roberta)), collection_of(TEXTS)
    model = SentenceTransformer(modules=[transformer, Pooling(32, include_prompt=False)])
    set_prompts(model, "ask: ", "ask: ")
    share = BatchReader(model, [collection], all_rows(collection), tmp_path)([batch_of([1], [1])])["share"]
    assert share.texts.features(np.arange(2))["prompt_length"] > 0
    set_prompts(model, "ask: ", "tell: ")
    with pytest.raises(RequestError, match=r"pools without prompts.*'tell: '"):
        BatchReader(model, [collection], all_rows(collection), tmp_path)


class ListedPlan:
    """Stands for a plan: the batches of a list."""

    def __init__(self, *batches: Batch) -> None:
        self.batch = batches.__getitem__


def test_a_short_run_reads_only_the_rows_of_its_batches(models: Models, tmp_path: Path) -> None:
    model, collection = models("static"), collection_of([f"text {n}" for n in range(50)])
    batches = [batch_of([9, 3], [40, 2], negatives=[[7], [-1]]), batch_of([3, 8], [1, 2])]
    (rows,) = rows_to_read(ListedPlan(*batches), 2, [collection])
    assert (rows["query"].tolist(), rows["passage"].tolist()) == ([3, 8, 9], [1, 2, 7, 40])
    some, every = (BatchReader(model, [collection], each, tmp_path) for each in ([rows], all_rows(collection)))
    for batch in batches:
        few, many = (reader([batch])["share"].texts for reader in (some, every))
        places = np.arange(len(many.lengths))
        assert_same(few.features(places), many.features(places))


def test_a_long_run_reads_everything() -> None:
    collection = collection_of([f"text {n}" for n in range(5)])
    (rows,) = rows_to_read(ListedPlan(batch_of([0, 1], [3, 4])), 2, [collection])
    assert (rows["query"].tolist(), rows["passage"].tolist()) == (list(range(5)), list(range(5)))
