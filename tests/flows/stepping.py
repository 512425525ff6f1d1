"""A check-in as it falls due, and which cases a step raised."""

from flows.effects import (
    RaiseEscalation,
)  # fmt: skip
from flows.events import CheckInDue
from tests.flows.practice import of

CHECK_IN = CheckInDue(flow="check-in", touch=7)


def reasons(effects) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    return [(case.level, case.reason) for case in of(effects, RaiseEscalation)]
