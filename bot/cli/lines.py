"""Lines of JSON in, lines of JSON out, in order: what every command marked (lines) in the promise shares."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TextIO


class BadLine(ValueError):
    """A line that cannot be answered; the message says why, for whoever wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line that was read. `error` is set where it is not a JSON object; then `record` is empty."""

    number: int  # from 1, blank lines counted
    record: Mapping[str, Any]
    error: str | None = None


def source(stream: TextIO) -> Iterable[bytes | str]:
    """The lines of a stream as bytes where it has them, so that one line that is not UTF-8 spoils no other."""
    return getattr(stream, "buffer", stream)


def read(lines: Iterable[bytes | str]) -> Iterator[Line]:
    """Every line but blank ones."""
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8") if isinstance(raw, bytes) else raw
            record = json.loads(text, parse_constant=_no_constant)
        except UnicodeDecodeError:
            yield Line(number=number, record={}, error="not UTF-8")
        except (ValueError, RecursionError) as fault:
            yield Line(number=number, record={}, error=f"not JSON: {fault}")
        else:
            if isinstance(record, dict):
                yield Line(number=number, record=record)
            else:
                yield Line(number=number, record={}, error="not a JSON object")


def answer(
    lines: Iterable[bytes | str], out: TextIO, added: Callable[[Mapping[str, Any]], Mapping[str, object]]
) -> int:
    """Write each line's object with what `added` gives for it; every other field passes through as it came.

    A line that is no object, or for which `added` raises BadLine, gives {"line", "id", "error"}, and the rest goes on.
    Returns 0, or 1 where a line was bad.
    """
    code = 0
    for line in read(lines):
        try:
            if line.error is not None:
                raise BadLine(line.error)
            made = to_json({**line.record, **added(line.record)}, out)
        except (BadLine, OverflowError, RecursionError) as bad:
            code = 1
            made = to_json({"line": line.number, "id": _plain(line.record.get("id")), "error": str(bad)}, out)
        out.write(made + "\n")
        out.flush()
    return code


def text_of(record: Mapping[str, Any], name: str) -> str:
    """A field that must be text. Raises BadLine."""
    value = record.get(name)
    if not isinstance(value, str):
        raise BadLine(f"`{name}` is missing or is not text")
    return value


def to_json(value: object, out: TextIO) -> str:
    """One line of JSON that `out` can carry. Raises BadLine for a number that JSON has no way to write.

    Letters are escaped only where `out` could not carry them: half a surrogate pair, or a terminal without UTF-8.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode(out.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value)
    except ValueError:
        raise BadLine("it holds a number too large for JSON") from None
    # a letter that some readers end a line at (U+2028 and the like) would make two lines of one
    return text if len(text.splitlines()) == 1 else json.dumps(value)


def _plain(value: object) -> object:
    """An id that can be given back: the number of a bad line may be what is bad about it."""
    return value if isinstance(value, str | int | None) else None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
