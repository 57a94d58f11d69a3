"""`isoglot/static`: the mean of randomly initialised token vectors, with a tokenizer trained on the texts at hand."""

from collections.abc import Iterable
from itertools import islice

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

VOCABULARY = 16_000
DIMENSIONS = 256
TOKENIZER_TEXTS = 50_000


def train_tokenizer(texts: Iterable[str], vocabulary: int = VOCABULARY) -> Tokenizer:
    """Train a byte-pair tokenizer that works in every script on the first 50,000 distinct texts."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation()])
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=["<unk>"], show_progress=False, max_token_length=12
    )
    tokenizer.train_from_iterator(islice(dict.fromkeys(texts), TOKENIZER_TEXTS), trainer)
    return tokenizer


def static_encoder(texts: Iterable[str], seed: int = 0) -> SentenceTransformer:
    """An untrained static encoder; the same texts and seed give the same encoder."""
    tokenizer = train_tokenizer(texts)
    vectors = torch.randn(tokenizer.get_vocab_size(), DIMENSIONS, generator=torch.Generator().manual_seed(seed))
    return SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=vectors), Normalize()])
