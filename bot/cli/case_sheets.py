"""`thrive cases export`: a sheet of cases for the council's case system, by the published mapping or one beside it."""

import json
import os
import stat
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import BinaryIO

from bot.casework import case_sheet
from bot.cli.opening import open_house, ready
from bot.clock import local_date
from bot.content.case_system import read_case_system_file
from bot.house import House


def command(given: Namespace) -> int:
    days = {name: _day(name, getattr(given, name)) for name in ("since", "until")}
    if any(getattr(given, name) is not None and on is None for name, on in days.items()):
        return 1
    with open_house() as house:
        return _export(house, given, days["since"], days["until"]) if ready(house) else 1


def _day(name: str, text: str | None) -> date | None:
    found = None if text is None else case_sheet.read_day(text)
    if text is not None and found is None:
        print(f"thrive cases export: --{name} '{text}' is not a date such as 2026-11-21", file=sys.stderr)
    return found


def _export(house: House, given: Namespace, since: date | None, until: date | None) -> int:
    mapping = None if given.mapping is None else read_case_system_file(Path(given.mapping))
    first, last = case_sheet.span(since, until, local_date(house.clock.now()))
    if first > last:
        print(f"thrive cases export: {first} is after {last}", file=sys.stderr)
        return 1
    if Path(given.path).exists() and not given.force:
        print(f"thrive cases export: {given.path} stands there already; --force writes over it", file=sys.stderr)
        return 1
    try:
        with _opened(Path(given.path)) as file:
            sheet = case_sheet.of_days(
                house, first, last, kind=given.kind, mapping=mapping, room=lambda size: _reserve(file, size)
            )
            # Families' names and words: nobody else on this machine reads them, also where the file stood there before.
            os.fchmod(file.fileno(), 0o600)
            if _is_plain(file):
                os.ftruncate(file.fileno(), 0)
            file.write(sheet.body)
    except case_sheet.TooMany as fault:
        print(f"thrive cases export: {fault}", file=sys.stderr)
        return 1
    told = {"path": given.path, "since": first.isoformat(), "until": last.isoformat(), "cases": sheet.cases}
    print(json.dumps(told) if given.json else f"{given.path}: {sheet.cases} cases, {first} to {last}.")
    return 0


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file, open before anything is read or audited. Where it is not written after all, none is made, and one that
    stood there is as it was. Raises OSError."""
    new = not path.exists()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:  # noqa: PTH123
        size = os.fstat(file.fileno()).st_size
        try:
            yield file
        except BaseException:
            if new:
                path.unlink(missing_ok=True)
            elif _is_plain(file):
                os.ftruncate(file.fileno(), size)
            raise


def _reserve(file: BinaryIO, size: int) -> None:
    """Room on the disk, before the audit says that the cases were taken. Raises OSError."""
    if _is_plain(file):
        os.posix_fallocate(file.fileno(), 0, max(size, 1))


def _is_plain(file: BinaryIO) -> bool:
    return stat.S_ISREG(os.fstat(file.fileno()).st_mode)
