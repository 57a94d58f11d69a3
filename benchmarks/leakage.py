"""How long the proof takes that training data holds nothing of an evaluation collection.

    python benchmarks/leakage.py TRAIN... --against EVALUATION

Collections are given as on the command line of isoglot: a name, name=PATH, a folder or a .jsonl file. Reading them is
not timed; comparing is, from the tables to the report.
"""

import argparse
import os
import platform
import resource
import time
from datetime import UTC, datetime

from isoglot.data.catalogue import open_collection
from isoglot.data.leakage import find_leaks


def report(train: list[str], against: str) -> None:
    """Compare, and print time and memory."""
    trained, held = [open_collection(each) for each in train], open_collection(against)
    started, processed = time.perf_counter(), time.process_time()
    found = find_leaks(trained, held)
    seconds, processor = time.perf_counter() - started, time.process_time() - processed
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    machine = platform.processor() or platform.machine()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine}, {len(os.sched_getaffinity(0))} cores")
    print("| training texts | evaluation texts | seconds | processor seconds | memory, GiB |\n|---|---|---|---|---|")
    known = sum(each.texts for each in found.train)
    print(f"| {known:,} | {found.evaluation.texts:,} | {seconds:.1f} | {processor:.1f} | {memory:.1f} |")
    print(found.statement)


def main() -> None:
    """Read the arguments and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", nargs="+")
    parser.add_argument("--against", required=True)
    arguments = parser.parse_args()
    report(arguments.train, arguments.against)


if __name__ == "__main__":
    main()
