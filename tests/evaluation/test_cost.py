"""The preview of an evaluation tells what is then encoded."""

from pathlib import Path

import pytest
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.evaluation.cost import preview
from isoglot.evaluation.encoded import encode_collection
from isoglot.models.load import load_model
from isoglot.models.store import EmbeddingStore
from toys import StubEncoder, all_texts, save_xlm_roberta

LONG = "The river ends in the sea. " * 20


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> SentenceTransformer:
    """A tiny plain XLM-R with a short window."""
    folder = save_xlm_roberta(tmp_path_factory.mktemp("models") / "tiny", all_texts(40, ("en", "de", "el")))
    return load_model(str(folder), max_length=16)


@pytest.fixture
def collection() -> Collection:
    """Two languages, a text that comes twice, and a long one in each language."""
    texts = {"en": ["short", "short", LONG], "de": ["kurz", f"{LONG}!"]}
    passages = [
        {"passage_id": f"{language}{row}", "language": language, "title": "", "text": text}
        for language, own in texts.items()
        for row, text in enumerate(own)
    ]
    queries = [{"query_id": code, "topic_id": "t", "language": code, "text": f"ask {code}"} for code in texts]
    qrels = [{"topic_id": "t", "passage_id": "en0", "relevance": 1}]
    return Collection.from_rows("long", queries=queries, passages=passages, qrels=qrels)


@pytest.mark.parametrize("best_section", [False, True])
def test_as_many_texts_are_told_as_are_encoded(
    model: SentenceTransformer, collection: Collection, best_section: bool
) -> None:
    told = preview(model, collection, best_section=best_section)
    cost = encode_collection(model, collection, best_section=best_section).cost
    assert told.to_encode == told.distinct_texts == cost["encoded_texts"]
    assert (told.to_encode > 2 + 4) == best_section  # two queries and four passages, all distinct


def test_the_store_keeps_what_the_probe_encoded(
    model: SentenceTransformer, collection: Collection, tmp_path: Path
) -> None:
    store = EmbeddingStore(tmp_path)
    told = preview(model, collection, best_section=True, store=store)
    again = preview(model, collection, best_section=True, store=store)
    assert (told.to_encode, again.to_encode) == (told.distinct_texts, 0)
    assert encode_collection(model, collection, best_section=True, store=store).cost["encoded_texts"] == 0


def test_tokens_are_those_that_the_encoder_was_given(
    model: SentenceTransformer, collection: Collection, tmp_path: Path
) -> None:
    given = []
    hook = model[0].register_forward_pre_hook(lambda _, features: given.append(features[0]["attention_mask"].sum()))
    store = EmbeddingStore(tmp_path)
    counted = encode_collection(model, collection, batch_size=2, store=store).cost["encoded_tokens"]
    hook.remove()
    assert counted == sum(given)
    assert encode_collection(model, collection, store=store).cost["encoded_tokens"] == 0


def test_tokens_that_nobody_can_count_are_not_told(collection: Collection) -> None:
    assert "encoded_tokens" not in encode_collection(StubEncoder(), collection).cost


def test_pair_by_pair_every_query_meets_every_language_and_the_pool(
    model: SentenceTransformer, collection: Collection
) -> None:
    # en->en, en->de, de->en, de->de: 1 + 3, 1 + 2, 1 + 3, 1 + 2 texts; the pool: 2 + 5.
    assert preview(model, collection).one_corpus_per_pair_texts == 4 + 3 + 4 + 3 + 7
