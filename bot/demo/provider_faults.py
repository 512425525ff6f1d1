"""Faults that the stand-in can be asked for, each at the place where the real provider or network fails."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final, Literal, get_args

Kind = Literal[
    "timeout-before",  # no answer in time, and not taken
    "timeout-after",  # taken, and no answer in time
    "500-before",
    "500-after",
    "empty-201",  # taken; the answer is {}
    "blank-201",  # taken; the answer has no body at all
    "broken-json",  # taken; the answer breaks off
    "late-201",  # taken; the answer is good, and late: receipts overtake it
    "drop-before",  # the connection drops without an answer, not taken
    "drop-after",
    "429",
    "21610",
    "refuse",  # any other 4xx: `status` and `code`
    "delay",  # answers well, late
    "outcome",  # answers well; `callbacks` are the statuses told afterwards, in that order
]
TAKEN_FIRST: Final[frozenset[str]] = frozenset(
    {"timeout-after", "500-after", "empty-201", "blank-201", "broken-json", "late-201"}
)
KINDS: Final[tuple[str, ...]] = get_args(Kind)


class NoSuchFault(ValueError):
    """The fault asked for is not known, or has a field that is not known."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """`times` is how many calls it strikes; `to` only calls for that number; `on` sending or listing."""

    kind: str
    times: int = 1
    on: str = "send"
    to: str | None = None
    seconds: float = 30.0
    retry_after: int | None = None
    status: int = 400
    code: int = 21211
    callbacks: tuple[str, ...] = ()
    error_code: int | None = None
    silent: bool = False  # taken, and no callback ever follows


class Faults:
    """Faults waiting to strike, in the order they were asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []

    def arm(self, asked: Mapping[str, object]) -> Fault:
        """Raises NoSuchFault for a kind or field that means nothing here."""
        unknown = set(asked) - {field.name for field in fields(Fault)}
        if unknown or asked.get("kind") not in KINDS:
            raise NoSuchFault(", ".join(sorted(unknown)) or str(asked.get("kind")))
        fault = Fault(**asked)  # type: ignore[arg-type]  # the fields were checked by name; a test gave the values
        with self._lock:
            self._armed.append(fault)
        return fault

    def strike(self, on: str, to: str | None) -> Fault | None:
        """The fault that this call meets, if any; it is used up by one."""
        with self._lock:
            for fault in self._armed:
                if fault.on == on and fault.to in {None, to}:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._armed.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def armed(self) -> list[dict[str, object]]:
        with self._lock:
            return [asdict(fault) for fault in self._armed]
