"""`thrive person`: everything held of one person, for them; their erasure; and the list of who was erased."""

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from bot.cli.opening import open_house, ready
from bot.house import House
from bot.logs import set_up_logs
from bot.people import erasing, exporting, holds, readable, subject
from bot.people.counted import TABLES, said
from bot.people.erasing import Block, Forbidden, Rehearsal
from bot.refs import read_ref
from bot.store import erased, staff
from bot.store.erased import KINDS, Mark

RESTRICTED: Final = (
    "it is of a restricted case. A manager who is named for it does this at the desk; here, add --restricted and why"
)
NOBODY: Final = "nobody, and no conversation of nobody's, has the reference {ref}"


def command(given: Namespace) -> int:
    with open_house() as house:
        set_up_logs(house.settings.log_level)  # what was erased is told to the log, and the log is not the answer
        if not ready(house):
            return 1
        if given.action == "erased":
            return _list(house)
        ref = read_ref(given.ref)
        try:
            if ref is None:
                raise subject.NoSuchSubject(given.ref)
            if given.action in {"export", "erase"}:
                _open(house, ref, given)
            return _ACTIONS[given.action](house, ref, given)
        except subject.Restricted:
            print(f"thrive person {given.action}: {RESTRICTED}", file=sys.stderr)
            return 1
        except subject.NoSuchSubject:
            print(f"thrive person {given.action}: {NOBODY.format(ref=given.ref)}", file=sys.stderr)
            return 1


def _open(house: House, ref: str, given: Namespace) -> None:
    """Whoever runs the service is named for no case. Raises Restricted where it is one and no reason is given."""
    with house.db.write() as tx:
        try:
            subject.refuse_restricted(tx, ref)
        except subject.Restricted:
            why = " ".join((given.restricted or "").split())
            if not why:
                raise
            target = f"person:{ref}"
            staff.add_audit(
                tx, at=house.clock.now(), staff_id=None, action="case.glass", target=target, detail=why[:200]
            )  # fmt: skip


def _export(house: House, ref: str, given: Namespace) -> int:
    record = exporting.export(house, ref, by=None)
    if given.page:
        path = Path(given.page)
        path.touch(mode=0o600)
        path.write_text(readable.page(record), "utf-8")
        print(f"The page is in {path}.", file=sys.stderr)
    print(json.dumps(record, ensure_ascii=False, indent=None if given.json else 2))
    print(
        "Read it before it is handed over: others whom the service does not know may be named in free words.",
        file=sys.stderr,
    )
    return 0


def _erase(house: House, ref: str, given: Namespace) -> int:
    """On a terminal the count is told first, and the reference asked for once more."""
    with house.db.read() as tx:
        rehearsal = erasing.rehearse(tx, ref)
    if given.dry_run or rehearsal.blocks:
        _tell(given, rehearsal, rehearsal.rows, done=False)
        return 1 if rehearsal.blocks else 0
    if sys.stdin.isatty() and not given.json:
        _tell(given, rehearsal, rehearsal.rows, done=False)
        print(f"This cannot be undone. Type {ref} to erase them: ", end="", file=sys.stderr, flush=True)
        if read_ref(sys.stdin.readline()) != ref:
            print("Nothing was changed.", file=sys.stderr)
            return 1
    try:
        gone = erasing.erase(house, ref, by=None)
    except Forbidden as fault:
        _tell(given, rehearsal, rehearsal.rows, done=False, blocks=fault.blocks)
        return 1
    _tell(given, rehearsal, gone, done=True)
    return 0


def _tell(
    given: Namespace, rehearsal: Rehearsal, rows: dict[str, int], *, done: bool,
    blocks: Sequence[Block] | None = None,
) -> None:  # fmt: skip
    standing = rehearsal.blocks if blocks is None else blocks
    if given.json:
        told = {
            "reference": rehearsal.subject.ref, "erased": done, "rows": rows, "stops_kept": rehearsal.stopped,
            "shared_phones": len(rehearsal.subject.shared), "children_with_them": len(rehearsal.subject.children),
            "forbidden": [{"why": b.why, "about": b.about, "told": b.told} for b in standing],
        }  # fmt: skip
        print(json.dumps(told, ensure_ascii=False))
        return
    print(f"{rehearsal.subject.ref}: {'erased' if done else 'to be erased'}")
    for name, number in rows.items():
        print(f"{number:6} {TABLES.get(name, name)}")
    for line in _beside(rehearsal):
        print(line)
    for block in standing:
        print(f"thrive person erase: {said(block.why, about=block.about, told=block.told)}", file=sys.stderr)


def _beside(rehearsal: Rehearsal) -> list[str]:
    told = []
    if rehearsal.stopped:
        told.append("STOP outlives it: a keyed fingerprint of the number stays, so that nobody texts it.")
    if rehearsal.subject.shared:
        told.append("Messages at a phone that somebody else has too stay: they may be the other's.")
    return told


def _hold(house: House, ref: str, given: Namespace) -> int:
    holds.put(house, ref, why=given.why, by=None)
    print(json.dumps({"reference": ref, "held": True}) if given.json else f"{ref} is held: nothing of it is erased.")
    return 0


def _release(house: House, ref: str, given: Namespace) -> int:
    number = holds.lift_all(house, ref, by=None)
    print(json.dumps({"reference": ref, "lifted": number}) if given.json else f"{number} legal holds lifted.")
    return 0


def _list(house: House) -> int:
    with house.db.read() as tx:
        for mark in erased.marks(tx):
            print(json.dumps({"kind": mark.kind, "fingerprint": mark.fingerprint, "at": mark.at.isoformat()}))
    return 0


def read_list(path: Path) -> list[Mark]:
    """The lines of `thrive person erased`, or of a log that holds such lines among others. Raises ValueError for a line
    that says it is one and is not whole."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if not isinstance(told, dict) or "fingerprint" not in told:
            continue
        at = datetime.fromisoformat(str(told.get("at", "")))
        if told.get("kind") not in KINDS or len(str(told["fingerprint"])) != 64 or at.tzinfo is None:
            raise ValueError(f"line {number} is not whole")
        found.append(Mark(kind=told["kind"], fingerprint=told["fingerprint"], at=at))
    return found


_ACTIONS: Final = {"export": _export, "erase": _erase, "hold": _hold, "release": _release}
