"""`thrive segments`: what each body would cost as a text. No settings and no database."""

from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from bot.cli.lines import answer, text_of
from messages.sms import measure


def run(lines: Iterable[bytes | str], out: TextIO) -> int:
    """Lines with `body` come back in order with `encoding` and `segments`. Bodies are measured exactly as they are.

    Returns 0, or 1 where a line was bad: see `lines.answer`.
    """
    return answer(lines, out, _measured)


def _measured(record: Mapping[str, Any]) -> dict[str, object]:
    size = measure(text_of(record, "body"))
    return {"encoding": size.encoding, "segments": size.segments}
