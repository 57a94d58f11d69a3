"""Texts of made-up words in several scripts, and tokenizers of every kind trained on them."""

from collections.abc import Callable
from functools import cache
from random import Random

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SYLLABLES = {
    "en": "ka lo mi ter ung stra ße Ber Zür ne fo ris",
    "el": "κα λό μι τερ ους στρα Βερ νε φο ρής",
    "ru": "ка ло ми тер ный стра Бер не фо жи",
    "th": "กา โล มี เตอร์ นี่ สตา เบอ ไน",
    "zh": "东 京 是 日 本 的 首 都 人 口",
}
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


@cache
def texts_of(language: str, number: int = 120) -> list[str]:
    """Texts of a language, always the same."""
    random, syllables = Random(language), SYLLABLES[language].split()

    def word() -> str:
        return "".join(random.choices(syllables, k=random.randint(1, 3))) + random.choice(["", "", "", ",", "7", "!"])

    return [" ".join(word() for _ in range(random.randint(1, 8))) for _ in range(number)]


@cache
def all_texts() -> list[str]:
    """Texts of all languages."""
    return [text for language in SYLLABLES for text in texts_of(language)]


def unigram() -> Tokenizer:
    """As XLM-R's, with a mask behind all pieces."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=700, special_tokens=SPECIAL[:4], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator([*all_texts(), "Query: Passage:"], trainer)
    tokenizer.add_special_tokens(["<mask>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def word_piece() -> Tokenizer:
    """As multilingual BERT's."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=700, special_tokens=BERT, show_progress=False)
    tokenizer.train_from_iterator(all_texts(), trainer)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def byte_pairs() -> Tokenizer:
    """As our static encoder's."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation()])
    trainer = trainers.BpeTrainer(vocab_size=700, special_tokens=["<unk>"], show_progress=False)
    tokenizer.train_from_iterator(all_texts(), trainer)
    return tokenizer


def bytes_of_text() -> Tokenizer:
    """As GPT-2's, and as RoBERTa's in its ends."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(all_texts(), trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0))
    return tokenizer


def ends_of_words() -> Tokenizer:
    """As CLIP's: the last symbol of a word is another one."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=["<unk>"], end_of_word_suffix="</w>", show_progress=False
    )
    tokenizer.train_from_iterator(all_texts(), trainer)
    return tokenizer


def continued_words() -> Tokenizer:
    """Byte pairs whose symbols within a word are other ones."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=["<unk>"], continuing_subword_prefix="##", show_progress=False
    )
    tokenizer.train_from_iterator(all_texts(), trainer)
    return tokenizer


KINDS: list[Callable[[], Tokenizer]] = [
    unigram,
    word_piece,
    byte_pairs,
    bytes_of_text,
    ends_of_words,
    continued_words,
]
