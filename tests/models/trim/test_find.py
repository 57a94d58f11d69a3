"""Models whose tokens cannot be trimmed are refused in one sentence."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import BoW, StaticEmbedding
from tokenizers import Tokenizer, models

from isoglot.errors import IsoglotError
from isoglot.models.trim.find import token_table
from isoglot.models.trim.transformer_table import TransformerTable
from models.trim.conftest import xlm_roberta
from models.trim.languages import unigram


def test_model_without_token_table_is_refused() -> None:
    with pytest.raises(IsoglotError, match="a model of BoW cannot be trimmed"):
        token_table(SentenceTransformer(modules=[BoW(["a", "b"])]))


def test_model_with_two_tables_is_refused() -> None:
    two = [StaticEmbedding(unigram(), embedding_dim=4) for _ in range(2)]
    with pytest.raises(IsoglotError, match="a model of StaticEmbedding and StaticEmbedding cannot be trimmed"):
        token_table(SentenceTransformer(modules=two))


def test_table_with_too_few_rows_is_refused() -> None:
    static = StaticEmbedding(unigram(), embedding_weights=torch.zeros(8, 4))
    with pytest.raises(IsoglotError, match="8 token vectors for 701 tokens"):
        token_table(SentenceTransformer(modules=[static]))


def test_unknown_kind_of_vocabulary_is_refused() -> None:
    words = StaticEmbedding(Tokenizer(models.WordLevel({"a": 0}, unk_token="a")), embedding_dim=4)
    with pytest.raises(IsoglotError, match="a WordLevel vocabulary cannot be trimmed; take a model with Unigram"):
        token_table(SentenceTransformer(modules=[words]))


def test_slow_tokenizer_is_refused() -> None:
    module = SimpleNamespace(tokenizer=SimpleNamespace(is_fast=False), model=None)
    with pytest.raises(IsoglotError, match="the slow tokenizer SimpleNamespace cannot be trimmed"):
        TransformerTable(module)


def test_adapter_beside_the_weights_is_refused(tmp_path: Path) -> None:
    model = xlm_roberta(tmp_path, unigram())
    model[0].model._hf_peft_config_loaded = True
    with pytest.raises(IsoglotError, match="has an adapter beside its weights"):
        token_table(model)
