"""Tiny things that the tests build: an XLM-R-shaped model, a stub of one, and a parallel question answering file."""

import json
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
WORDS = {"en": "river", "de": "Fluss", "fr": "fleuve", "el": "ποταμός", "th": "แม่น้ำ"}


def parallel_qa_rows(topics: int, languages: Sequence[str] = ("en", "de", "fr")) -> list[dict]:
    """Topics whose query and passage share a number in every language."""
    return [
        {
            "topic_id": f"t{number}",
            "parallel_id": f"p{number}",
            "text": {
                code: {
                    "query": f"which {WORDS[code]} {number * 37 % 1000}?",
                    "passage": f"{WORDS[code]} {number * 37 % 1000} ends in {code}{number % 5}",
                }
                for code in languages
            },
        }
        for number in range(topics)
    ]


def write_parallel_qa(path: Path, topics: int, languages: Sequence[str] = ("en", "de", "fr")) -> Path:
    """`parallel_qa_rows` as a file that `isoglot train` reads."""
    rows = parallel_qa_rows(topics, languages)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def all_texts(topics: int, languages: Sequence[str]) -> list[str]:
    """Every query and passage of `parallel_qa_rows`."""
    return [
        text
        for row in parallel_qa_rows(topics, languages)
        for version in row["text"].values()
        for text in version.values()
    ]


def save_xlm_roberta(folder: Path, texts: Iterable[str], seed: int = 0) -> Path:
    """A randomly initialised XLM-R of two layers (dropout 0.1) and its tokenizer, as plain transformers save them."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=400, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator([*texts, "Query: Passage:"], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
        model_max_length=64,
    ).save_pretrained(folder)
    torch.manual_seed(seed)
    config = XLMRobertaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=66,
        type_vocab_size=1,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    XLMRobertaModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


class StubEncoder:
    """Stands for a SentenceTransformer: each text has a random unit vector that only its prompt and text decide."""

    max_seq_length, device = 32, "cpu"

    def __init__(self) -> None:
        self.prompts, self.texts = {"query": "Q ", "document": "P "}, []

    def encode(self, texts: list[str], prompt: str, **_: Any) -> NDArray[np.float32]:
        self.texts += [prompt + text for text in texts]
        return np.array([self.vector(prompt + text) for text in texts], np.float32).reshape(len(texts), 8)

    @staticmethod
    def vector(text: str) -> NDArray[np.float32]:
        vector = np.random.default_rng(zlib.crc32(text.encode())).normal(size=8)
        return (vector / np.linalg.norm(vector)).astype(np.float32)
