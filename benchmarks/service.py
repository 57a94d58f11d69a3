"""The service under calls that nobody would make, and under many clients at once.

    python benchmarks/service.py fuzz INDEX    calls made from its own OpenAPI description; none may be a 500
    python benchmarks/service.py load INDEX    64 clients on loopback; no question may be lost

Both start `isoglot serve INDEX` and end it with SIGTERM.
"""

import argparse
import asyncio
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
from prometheus_client.parser import text_string_to_metric_families

CLIENTS = 64
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


@contextmanager
def serving(index: Path, *options: str) -> Iterator[str]:
    """The address of a service over an index; it has to end well."""
    command = [sys.executable, "-m", "isoglot", "serve", str(index), "--port", "0", "--rate", "0", *options]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as running,
    ):
        assert running.stdout
        told = running.stdout.readline()
        try:
            yield told.split(" at ")[1].split()[0]
        finally:
            running.terminate()
    print(f"ended with {running.returncode}")


def statuses(url: str) -> Counter[str]:
    """Answers of the service by status, as it counts them itself."""
    families = text_string_to_metric_families(httpx.get(f"{url}/metrics", timeout=60).text)
    samples = (sample for family in families for sample in family.samples if sample.name == "isoglot_requests_total")
    counted = Counter[str]()
    for sample in samples:
        counted[sample.labels["status"]] += int(sample.value)
    return counted


def fuzz(index: Path, calls: int) -> None:
    """Call what the description describes; two operations have values, and share the calls."""
    with serving(index) as url:
        command = [sys.executable, "-m", "schemathesis.cli", "--no-color", "run", f"{url}/openapi.json"]
        command += ["--max-examples", str(calls // 2)]
        # A column that the index does not have is a wrong value although the description cannot say so.
        command += ["--exclude-checks", "positive_data_acceptance", "--seed", "1", "--generation-database", "none"]
        done = subprocess.run(command, check=False)
        counted = statuses(url)
    print(f"{counted.total():,} calls: {dict(sorted(counted.items()))}; schemathesis ended with {done.returncode}")
    sys.exit(done.returncode or any(status.startswith("5") and status != "503" for status in counted))


async def ask(url: str, until: float, number: int, took: list[float], lost: Counter[str]) -> None:
    """One client, which asks again as soon as it is answered."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        while time.perf_counter() < until:
            number += 1
            started = time.perf_counter()
            try:
                answer = await client.post("/api/search", json={"question": f"{QUESTIONS[number % 8]} {number}"})
            except httpx.HTTPError as problem:
                lost[type(problem).__name__] += 1
                continue
            took.append(time.perf_counter() - started)
            if answer.status_code != 200:
                lost[str(answer.status_code)] += 1


async def load(index: Path, seconds: float) -> None:
    """Many clients at once, for some time."""
    took: list[float] = []
    lost = Counter[str]()
    with serving(index) as url:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(ask(url, until, number * 10_000, took, lost) for number in range(CLIENTS)))
    p50, p95, p99 = np.percentile(np.array(took) * 1000, [50, 95, 99])
    rate = len(took) / seconds
    print(f"{CLIENTS} clients, {seconds:g} s: {len(took):,} answers, {rate:.0f} a second; lost {dict(lost)}")
    print(f"milliseconds: p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f}")
    sys.exit(bool(lost))


def main() -> None:
    """Read the arguments and run what they name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["fuzz", "load"])
    parser.add_argument("index", type=Path)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {len(os.sched_getaffinity(0))} cores")
    if arguments.verb == "fuzz":
        fuzz(arguments.index, arguments.calls)
    asyncio.run(load(arguments.index, arguments.seconds))


if __name__ == "__main__":
    main()
