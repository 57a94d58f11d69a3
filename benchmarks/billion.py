"""The arithmetic of a billion passages, from assumptions that stand here and rates that were measured.

    python benchmarks/billion.py [--passages 1000000000]

Prints the tables of `docs/scale.md`. Nothing is measured here: change an assumption and run it again.
"""

import argparse
import math
from collections.abc import Iterator

# Measured, docs/results.md: isoglot/use-m3 on XQuAD-R's sentences, two cores.
TEXTS_PER_SECOND, CORES_OF_RATE = 1_500, 2
# Assumed on 2026-11-28, and to be replaced by one's own: passages, machines and prices.
TEXT_BYTES = 500
MACHINE_CORES, MACHINE_BYTES, USABLE = 64, 512e9, 0.75
CORE_HOUR, MACHINE_HOUR, STORED_GB_MONTH = 0.04, 4.0, 0.023
# Assumed: bytes that all cores of a machine together read from memory in a second; codes are read, and computed on.
BANDWIDTH, CODE_SPEED = 100e9, 50e9
SCAN_SECONDS, MONTH_HOURS = 0.25, 730
DIMENSIONS = (384, 512, 1024)


def vector_bytes(dimensions: int, bits: int) -> float:
    """Bytes of a vector; each quantised one has a float32 of its own beside."""
    return dimensions * bits / 8 + (4 if bits < 32 else 0)


def machines(held: float) -> int:
    """Machines whose memory holds so many bytes."""
    return math.ceil(held / (MACHINE_BYTES * USABLE))


def encoding(passages: float) -> Iterator[str]:
    """Core hours and money, whatever the number of machines."""
    core_hours = passages / TEXTS_PER_SECOND * CORES_OF_RATE / 3600
    yield "| machines of 64 cores | hours | money |\n|---|---|---|"
    for count in (1, 4, 16):
        hours = core_hours / (MACHINE_CORES * count)
        yield f"| {count} | {hours:.1f} | ${core_hours * CORE_HOUR:,.0f} |"


def holding(passages: float) -> Iterator[str]:
    """What the vectors take, and the machines that hold them and that read all of them in time for one question."""
    titles = ["dimensions", "vectors", "in memory", "on disk beside", "machines to hold them", "a scan then"]
    titles += [f"machines for a scan in {SCAN_SECONDS} s", "a month of these", "a month of the store"]
    yield f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}"
    for dimensions in DIMENSIONS:
        for kind, bits, speed in (("float32", 32, BANDWIDTH), ("2 bits", 2, CODE_SPEED)):
            yield f"| {dimensions} | {kind} | {_held(passages, dimensions, bits, speed)} |"


def _held(passages: float, dimensions: int, bits: int, speed: float) -> str:
    whole, held = (passages * vector_bytes(dimensions, each) for each in (32, bits))
    texts = passages * TEXT_BYTES
    holding = machines(held)
    scanning = max(holding, math.ceil(held / speed / SCAN_SECONDS))
    cells = [
        f"{held / 1e9:,.0f} GB",
        f"{(texts + (whole if bits < 32 else 0)) / 1e9:,.0f} GB",
        f"{holding}",
        f"{held / holding / speed:.1f} s",
        f"{scanning}",
        f"${scanning * MACHINE_HOUR * MONTH_HOURS:,.0f}",
        f"${(texts + whole) / 1e9 * STORED_GB_MONTH:,.0f}",
    ]
    return " | ".join(cells)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=float, default=1e9)
    passages = parser.parse_args().passages
    for line in (*encoding(passages), "", *holding(passages)):
        print(line)


if __name__ == "__main__":
    main()
