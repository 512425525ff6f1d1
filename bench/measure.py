"""Medians of cases run turn about, and a markdown table.

The floor measurements come with the project's design; `interleave`, `med`, `p95` and `table` are theirs.
"""

import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence


def interleave(cases: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Run every case once a round, so that a noisy minute of the machine falls on all alike."""
    out: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            out[name].append(case())
    return out


def med(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def took_ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    print("| " + " | ".join(head) + " |")
    print("|" + " --- |" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)
    print()


def hold(claims: Sequence[tuple[str, float, float]]) -> int:
    """Say of each (claim, ratio measured, ratio allowed) whether it holds; the exit status. Only ratios are judged."""
    broken = [claim for claim in claims if claim[1] > claim[2]]
    for what, measured, allowed in claims:
        word = "BROKEN" if measured > allowed else "holds"
        print(f"{word}: {what}: {measured:.2f} (at most {allowed:g})", file=sys.stderr)
    return 1 if broken else 0
