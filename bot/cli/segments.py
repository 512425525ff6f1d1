"""`thrive segments`: what each body would cost as a text. No settings and no database."""

import json
from collections.abc import Iterable
from typing import NoReturn, TextIO

from messages.sms import measure


class BadLine(ValueError):
    """A line that cannot be measured; `id` is given back where the line had one."""

    def __init__(self, reason: str, id: object = None) -> None:  # noqa: A002 - the field's own name
        super().__init__(reason)
        self.id = id


def run(lines: Iterable[str], out: TextIO) -> int:
    """Lines with `body` come back in order with `encoding` and `segments`; every other field passes through.

    Bodies are measured exactly as they are. A bad line gives {"line", "id", "error"} and the rest goes on. Blank lines
    are passed over but counted. Returns 0, or 1 where a line was bad.
    """
    code = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record, body = _read(line)
            size = measure(body)
            made: dict[str, object] = {**record, "encoding": size.encoding, "segments": size.segments}
        except BadLine as bad:
            code = 1
            made = {"line": number, "id": bad.id, "error": str(bad)}
        # Escaped, since a body may hold half a surrogate pair, which no UTF-8 output can carry as it is.
        out.write(json.dumps(made) + "\n")
        out.flush()
    return code


def _read(line: str) -> tuple[dict[str, object], str]:
    try:
        record = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise BadLine(f"not JSON: {fault}") from None
    if not isinstance(record, dict):
        raise BadLine("not a JSON object")
    fields: dict[str, object] = dict(record)
    body = fields.get("body")
    if not isinstance(body, str):
        raise BadLine("`body` is missing or is not text", fields.get("id"))
    return fields, body


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)
