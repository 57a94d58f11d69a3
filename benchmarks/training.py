"""Training beside sentence-transformers' own trainer: speed, memory, losses, and waits for data.

    python benchmarks/training.py COLLECTION [--models small isoglot/use-m3 isoglot/static static-large] [--caching]

Every contender trains on the same batches, from the same weights, with the same optimizer settings, without dropout,
in a process of its own. `small` is a 6-layer encoder of XLM-R's shape, 384 wide, with XLM-R's 250,002 token vectors
and random weights; `base` is XLM-R base's shape. `static-large` is a static encoder of the shape of
sentence-transformers' static-similarity-mrl-multilingual-v1: 105,879 token vectors, 1,024 wide (`isoglot/static` has
16,000, 256 wide). `isoglot/use-m3` is given to sentence-transformers' trainer twice: with isoglot's own layers, which
pack texts and take every distinct token once, and with the layers as they are described (`plain_use_m3.py`). Ratios
are of times taken in the same run. Prints a table, and the same as JSON. Where a GPU is, `--models base --batch-size
1024 --bf16` also tells the share of its matrix peak.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

from isoglot.data.catalogue import open_collection
from isoglot.training.recipe import Recipe
from training_contenders import PLAIN

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
CONTENDERS = ("sentence-transformers", "isoglot, dense updates", "isoglot")
VOCABULARY, TOKENIZER_TEXTS, CHUNK_TOKENS = 250_002, 20_000, 4096
STATIC_VOCABULARY, STATIC_WIDTH = 105_879, 1024
PROCESSOR = "processor seconds per step, median"


def train_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """A tokenizer of 32,000 tokens, trained on the texts."""
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.normalizer = normalizers.NFKC()
    trained.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation()])
    trainer = trainers.BpeTrainer(vocab_size=32_000, special_tokens=SPECIAL, show_progress=False, max_token_length=12)
    trained.train_from_iterator(islice(texts, TOKENIZER_TEXTS), trainer)
    return trained


def save_static(folder: Path, texts: Iterable[str]) -> None:
    """A randomly initialised static encoder, and a tokenizer trained on the texts."""
    vectors = torch.randn(STATIC_VOCABULARY, STATIC_WIDTH, generator=torch.Generator().manual_seed(0))
    embedding = StaticEmbedding(train_tokenizer(texts), embedding_weights=vectors)
    SentenceTransformer(modules=[embedding]).save_pretrained(str(folder))


def save_xlm_roberta(folder: Path, texts: Iterable[str], layers: int, width: int) -> None:
    """A randomly initialised encoder of XLM-R's shape without dropout, and a tokenizer trained on the texts."""
    trained = train_tokenizer(texts)
    marks = [("<s>", 0), ("</s>", 2)]
    trained.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=marks)
    PreTrainedTokenizerFast(
        tokenizer_object=trained, cls_token="<s>", pad_token="<pad>", sep_token="</s>", model_max_length=256
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = XLMRobertaConfig(
        vocab_size=VOCABULARY, hidden_size=width, num_hidden_layers=layers, num_attention_heads=12,
        intermediate_size=4 * width, max_position_embeddings=514, type_vocab_size=1, pad_token_id=1,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    XLMRobertaModel(config, add_pooling_layer=False).save_pretrained(folder)


RANDOM: dict[str, Callable[[Path, Iterable[str]], None]] = {
    "small": partial(save_xlm_roberta, layers=6, width=384),
    "base": partial(save_xlm_roberta, layers=12, width=768),
    "static-large": save_static,
}


def run(contender: str, recipe: Recipe, data: str) -> dict[str, Any]:
    """What one contender measures, in a process of its own."""
    script = Path(__file__).with_name("training_contenders.py")
    command = [sys.executable, str(script), contender, recipe.model_dump_json(), data]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{contender} failed.\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def figures(measured: dict[str, Any], recipe: Recipe, warm_up: int) -> dict[str, Any]:
    """The measurements after the warm-up, as they are reported."""
    steps, processor, waits = (measured[name][warm_up - 1 :] for name in ("steps", "processor", "waits"))
    return {
        "examples per second (median step)": recipe.batch_size / median(steps),
        "seconds per step, least": min(steps),
        "processor seconds per step, median": median(processor),
        "share of waits for batches": sum(waits) / sum(steps),
        "peak memory, MB": measured["memory"] / 1e6,
        "building and tokenising, s": measured["built"],
        "losses": [round(loss, 5) for loss in measured["losses"]],
    }


def compare(model: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """All contenders on one model, and their ratios."""
    options = {"model": model, "train": [arguments.collection], "steps": arguments.steps, "dev_topics": 0}
    options |= {"batch_size": arguments.batch_size, "bf16": arguments.bf16, "eval_steps": arguments.steps}
    recipe = Recipe(**options, chunk_tokens=arguments.chunk_tokens)
    dense = recipe.model_copy(update={"rowwise_embeddings": False})
    recipes = dict(zip(CONTENDERS, (recipe, dense, recipe), strict=True))
    measured = {name: run(name, each, arguments.collection) for name, each in recipes.items()}
    found: dict[str, Any] = {name: figures(each, recipe, arguments.warm_up) for name, each in measured.items()}
    theirs, same, mine = found.values()
    found["isoglot / sentence-transformers"] = ratios(mine, theirs) | {
        "largest difference of losses, dense updates": difference(same, theirs)
    }
    if model == "isoglot/use-m3":
        found[PLAIN] = figures(run(PLAIN, recipe, arguments.collection), recipe, arguments.warm_up)
        found[f"isoglot / {PLAIN}"] = ratios(mine, found[PLAIN])
    if (operations := measured["isoglot"]["operations"]) is not None:
        seconds = median(measured["isoglot"]["steps"][arguments.warm_up - 1 :])
        found["isoglot, share of the matrix peak"] = operations / seconds / matrix_peak()
    return found


def ratios(mine: dict[str, Any], theirs: dict[str, Any]) -> dict[str, float]:
    """How one contender compares with another."""
    return {
        "examples per second": mine["examples per second (median step)"] / theirs["examples per second (median step)"],
        "processor seconds": mine[PROCESSOR] / theirs[PROCESSOR],
        "peak memory": mine["peak memory, MB"] / theirs["peak memory, MB"],
        "largest difference of losses": difference(mine, theirs),
    }


def difference(one: dict[str, Any], other: dict[str, Any]) -> float:
    """The largest difference of two loss curves."""
    return max(abs(a - b) for a, b in zip(one["losses"], other["losses"], strict=True))


def matrix_peak(size: int = 8192, repeats: int = 20) -> float:
    """Floating point operations per second of a large bfloat16 product on the GPU."""
    one, other = (torch.randn(size, size, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    for _ in range(3):
        one @ other
    torch.cuda.synchronize()
    started = time.perf_counter()
    for _ in range(repeats):
        one @ other
    torch.cuda.synchronize()
    return 2 * size**3 * repeats / (time.perf_counter() - started)


def caching(model: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Peak memory by batch size, with gradient caching on both sides; told on stderr as it comes, for it takes long.

    Two steps: the second one has the optimizer's moments beside the gradients, and nothing is added after that.
    sentence-transformers' loss cannot cut the flat tokens of the embedded encoders, so these have no other side.
    """
    found, flat = {}, model.startswith("isoglot/")
    for size in (arguments.batch_size, 4 * arguments.batch_size, 16 * arguments.batch_size):
        recipe = Recipe(
            model=model, train=[arguments.collection], steps=2, batch_size=size, dev_topics=0, eval_steps=2,
            bf16=arguments.bf16, chunk_tokens=arguments.chunk_tokens or CHUNK_TOKENS, strategy="cross-lingual",
        )  # fmt: skip
        for name in CONTENDERS[-1:] if flat else (CONTENDERS[0], CONTENDERS[-1]):
            peak = run(name, recipe, arguments.collection)["memory"] / 1e6
            found[f"{name}, batch {size}: peak MB"] = peak
            print(f"{Path(model).name}, {name}, batch {size}: peak {peak:,.0f} MB", file=sys.stderr, flush=True)
    return found


def report(results: dict[str, Any]) -> None:
    """Print everything as tables, then as JSON."""
    about = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{platform.processor() or platform.machine()}, {len(os.sched_getaffinity(0))} cores",
        "threads": torch.get_num_threads(),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
    }
    print(", ".join(f"{name}: {value}" for name, value in about.items()))
    for model, found in results.items():
        print(f"\n| {model} | |\n|---|---|")
        for name, value in found.items():
            parts = value.items() if isinstance(value, dict) else [("", value)]
            for part, number in parts:
                shown = f"{number:,.4g}" if isinstance(number, float) else " ".join(map(str, number))
                print(f"| {name} {part} | {shown} |")
    print("\n" + json.dumps({**about, **results}))


def main() -> None:
    """Read the arguments and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collection")
    parser.add_argument("--models", nargs="+", default=["small", "isoglot/use-m3", "isoglot/static", "static-large"])
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--warm-up", type=int, default=3, help="first steps that are not timed")
    parser.add_argument("--batch-size", type=int, default=100)
    parser.add_argument("--chunk-tokens", type=int)
    parser.add_argument("--caching", action="store_true", help="memory by batch size instead of speed")
    parser.add_argument("--bf16", action="store_true")
    arguments = parser.parse_args()
    results = {}
    with TemporaryDirectory() as folder:
        for name in arguments.models:
            model = name
            if name in RANDOM:
                model = str(Path(folder) / name)
                RANDOM[name](Path(model), open_collection(arguments.collection).texts)
            results[name] = (caching if arguments.caching else compare)(model, arguments)
    report(results)


if __name__ == "__main__":
    main()
