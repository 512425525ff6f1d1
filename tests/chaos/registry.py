"""Every fault that `make chaos` injects. To add one: a function of (service, chance, runs) that returns `Counts`.

The service is fresh for each line of the table, on SQLite or PostgreSQL, its clock at eleven on a quiet Monday. The
function does its harm, `runs` times, and ends with `accounting.finish`, which lets the service recover and counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.chaos import kills
from tests.chaos.accounting import Counts
from tests.story.service import Service

Inject = Callable[[Service, Random, int], Counts]
DATABASES = ("sqlite", "postgres")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`name` is what ONLY finds; `short` and `long` are runs on each database, in the tests and by `make chaos`."""

    name: str
    title: str
    inject: Inject
    short: int
    long: int
    databases: tuple[str, ...] = DATABASES


FAULTS: tuple[Fault, ...] = (
    Fault(
        name="kill", title="kill -9 around the provider's POST", inject=kills.killed_while_sending, short=10, long=100
    ),
)
