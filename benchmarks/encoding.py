"""What it costs to encode one question, with torch and with ONNX Runtime.

    python benchmarks/encoding.py MODEL...

Processor time, one thread, everything from the text to its vector of length 1. Both take turns, and the ratio is the
median of the turns' ratios: other work on the machine slows both.
"""

import argparse
import os
import platform
import time
from datetime import UTC, datetime

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from isoglot.models.encode import encode
from isoglot.models.load import load_model
from isoglot.models.onnx import with_onnx

TURNS = 40
QUESTIONS = (
    "When does the train leave?",
    "Wie wird das Wetter morgen?",
    "¿Dónde está la biblioteca?",
    "أين تقع المكتبة؟",
    "图书馆在哪里？",
    "ห้องสมุดอยู่ที่ไหน",
    "Где находится библиотека?",
    "पुस्तकालय कहाँ है?",
)


def milliseconds(model: SentenceTransformer) -> float:
    """Processor time of a question."""
    started = time.process_time()
    for question in QUESTIONS:
        encode(model, [question], "query")
    return (time.process_time() - started) * 1000 / len(QUESTIONS)


def row(name: str) -> str:
    """A model's line of the table."""
    models = load_model(name).to("cpu"), with_onnx(load_model(name))
    first, second = (encode(model, QUESTIONS, "query") for model in models)
    took = np.array([[milliseconds(model) for model in models] for _ in range(TURNS)])
    bare, faster = np.median(took, axis=0)
    ratio = np.median(took[:, 0] / took[:, 1])
    return f"| {name} | {bare:.2f} | {faster:.2f} | {ratio:.2f} | {np.abs(first - second).max():.0e} |"


def main() -> None:
    """Read the arguments and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL")
    models = parser.parse_args().models
    torch.set_num_threads(1)
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {len(os.sched_getaffinity(0))} cores")
    print("| model | torch, ms | ONNX, ms | ratio | largest difference |\n|---|---|---|---|---|")
    for name in models:
        print(row(name))


if __name__ == "__main__":
    main()
