"""Every fault that `make chaos` injects. To add one: a function of (service, chance, runs) that returns `Counts`.

The service is fresh for each line of the table, on SQLite or PostgreSQL, its clock at eleven on a quiet Monday. The
function does its harm, `runs` times, and ends with `accounting.finish`, which lets the service recover and counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.chaos import answers, arriving, breaking, checkins, doubles, kills, receipts, stops
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
    Fault(
        name="tick", title="kill -9 while check-ins are decided", inject=checkins.killed_in_the_tick, short=2, long=10
    ),
    Fault(name="unclear", title="no answer, 5xx, broken answer, dropped", inject=answers.unclear, short=18, long=90),
    Fault(name="wait", title="429 with Retry-After", inject=answers.asked_to_wait, short=8, long=40),
    Fault(name="refuse", title="other 4xx, and 21610", inject=answers.refused, short=10, long=60),
    Fault(name="twice", title="the same text at once, and next week", inject=arriving.twice, short=12, long=100),
    Fault(name="away", title="down for an hour, then caught up", inject=arriving.away, short=1, long=10),
    Fault(name="receipts", title="receipts late, again, in any order", inject=receipts.disordered, short=16, long=120),
    Fault(name="stop", title="STOP racing a send", inject=stops.racing, short=24, long=240),
    Fault(name="two", title="two services on one database", inject=doubles.two_services, short=8, long=40),
    Fault(name="step", title="a step that raises", inject=breaking.stepping_raises, short=5, long=40),
)
