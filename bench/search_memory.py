"""One process that holds 10,000 services and answers queries with two slips: the most memory that it took, in MB.

Nothing else is imported, so that it is the search that is measured, and not what stands beside it in the service.
"""

import resource
import sys
from pathlib import Path

from bench.synth import queries, services
from directory.search import Query, Snapshot, search


def main(many: int, asked: int) -> None:
    snapshot = Snapshot(services(many, ["food", "debt", "things-to-do"]))
    for typed, _ in queries(list(snapshot.services), asked, 2):
        search(snapshot, Query(text=typed, limit=5))
    print(most_mb())


def most_mb() -> float:
    """Of this program alone: where Linux tells, not with what the process that started it held."""
    status = Path("/proc/self/status")
    if status.exists():
        told = dict(line.split(":", 1) for line in status.read_text("ascii").splitlines())
        return int(told["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
