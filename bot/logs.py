"""Logs: JSON lines on standard error, with ids and places in the code; never words, names or numbers.

Our own lines say what they say by name (`log.error("step failed", inbox_id=7)`). A library's line may hold anything in
its arguments, and some put it into the message itself. So of a library's line there is its logger, its level, the place
in the code, and the message only where it stands in that code as it is: a constant, its arguments not filled in.
"""

import json
import logging
import re
import secrets
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import FrameType, TracebackType
from typing import Any, Final, TextIO, cast

import structlog

from bot.settings import LOG_LEVELS

log = structlog.get_logger()
LEVELS: Final[dict[str, int]] = {name: getattr(logging, name.upper()) for name in LOG_LEVELS}
FRAMES: Final = 16  # how far up a library's message is looked for: logging's own frames and wrappers are between
# As proxies make them: 16 to 32 hexadecimal digits (nginx, W3C trace ids) or a UUID (RFC 9562; Envoy, HAProxy). A
# family's number or name has none of these shapes, whoever let it through.
_PLAIN: Final = re.compile(
    r"(?:[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII | re.IGNORECASE
)


def new_id() -> str:
    """An id of a request or a pass: sixteen hexadecimal digits, drawn."""
    return secrets.token_hex(8)


def plain_id(text: str | None) -> str | None:
    """`text` where it is an id that a proxy made, else None."""
    return text if text is not None and _PLAIN.fullmatch(text) else None


@contextmanager
def one_pass(of: str) -> Iterator[None]:
    """Every line within says which pass of what it belongs to: the clock's, a sender's, the watchman's."""
    with structlog.contextvars.bound_contextvars(**{"pass": new_id(), "of": of}):
        yield


class JsonLines(logging.Formatter):
    """A line of any library as ours are, without what it may quote."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            **structlog.contextvars.get_contextvars(),
            "event": "library",
            "logger": record.name,
            "place": f"{record.module}.{record.funcName}:{record.lineno}",
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        if isinstance(record.msg, str) and _stands_in_code(record.msg):
            line["said"] = record.msg
        if record.exc_info and record.exc_info[0] is not None:
            line |= without_words(record.exc_info[1], record.exc_info[2])
        return json.dumps(line)


def without_words(fault: BaseException | None, trace: TracebackType | None = None) -> dict[str, Any]:
    """A fault as its kind, what kinds caused it, and its places in the code. What it says may quote the family."""
    kinds: list[str] = []
    link = fault
    while link is not None and len(kinds) < 6:
        kinds.append(type(link).__name__)
        link = link.__cause__ or link.__context__
    frames = traceback.extract_tb(trace or (fault.__traceback__ if fault is not None else None))
    where = frames[-1].name if frames else "an unknown place"
    places = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    told: dict[str, Any] = {"fault": f"{kinds[0] if kinds else 'fault'} in {where}", "places": places}
    return told if len(kinds) < 2 else {**told, "because": kinds[1:]}


_ONE_LINE: Final = threading.Lock()


class Unfailing:
    """A stream whose writer never hears that it failed. A log is often on the disk that is full: what a family wrote,
    or the thread that sends, must not be lost because a line about it is.

    Lines are whole: those of our own and of the libraries come from many threads, by two ways.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        # no room; a pipe that nobody reads; a stream that is closed
        with suppress(OSError, ValueError), _ONE_LINE:
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError), _ONE_LINE:
            self._stream.flush()


class _Quiet(logging.StreamHandler[TextIO]):
    """A line that cannot be made is left out: the library's own complaint would print its arguments."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        del record


def set_up_logs(level: str = "warning") -> None:
    """Send everything to standard error as JSON lines: our own from `info` on, the libraries' from `level`.

    `level` is one of `LEVELS`; with `debug` our own are told whole too.
    """
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, JsonLines) for handler in root.handlers):
        handler = _Quiet(cast("TextIO", Unfailing(sys.stderr)))
        handler.setFormatter(JsonLines())
        root.addHandler(handler)
    root.setLevel(LEVELS[level])
    logging.getLogger("sqlalchemy").setLevel(LEVELS[level])  # it gives itself a level of its own
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(min(logging.INFO, LEVELS[level])),
        logger_factory=structlog.WriteLoggerFactory(
            file=cast("TextIO", Unfailing(sys.stderr))
        ),  # print writes a line in two,
    )


def log_process(level: str) -> None:
    """Set up a process that is ours alone: what nobody caught, and Python's warnings, are lines like any other."""
    set_up_logs(level)
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    warnings.showwarning = _warned


def _uncaught(kind: type[BaseException], fault: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    log.critical("nobody caught", **without_words(fault, trace))


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,
    line: str | None = None,
) -> None:
    del message, file, line  # what it says may quote what it was about
    log.warning("python warns", kind=category.__name__, place=f"{filename}:{lineno}")


def _stands_in_code(message: str) -> bool:
    """Whether a function that is running has this very text as a constant of its code: nobody's words do."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller in CPython
    for _ in range(FRAMES):
        if frame is None:
            return False
        if message in frame.f_code.co_consts:
            return True
        frame = frame.f_back
    return False
