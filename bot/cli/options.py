"""What `thrive audit`, `person` and `cases` may be asked for: read without loading any of them, as every command's
options are read before one is known to be asked for."""

import argparse
from datetime import date
from typing import Final

KINDS: Final = ("referral", "escalation", "request")  # of cases


def audit(command: argparse.ArgumentParser) -> None:
    of = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = of.add_parser("verify", help="compare every row with the seals of the clock; 1 where one is not as sealed")
    verify.add_argument("--head", metavar="N:DIGITS", type=_head, help="a seal as the log told it: audit sealed")
    verify.add_argument("--json", action="store_true")
    prune = of.add_parser("prune", help="remove old rows; their seals stay")
    prune.add_argument("--before", metavar="DATE", type=date.fromisoformat, required=True, help="the first day kept")
    prune.add_argument("--dry-run", action="store_true", help="remove nothing; say how many")
    prune.add_argument("--json", action="store_true")


def person(command: argparse.ArgumentParser) -> None:
    of = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    export = of.add_parser("export", help="everything held of a person, as JSON; what is another's is held back")
    export.add_argument("ref", metavar="REF", help="a person's reference, or a conversation's that is nobody's yet")
    export.add_argument("--page", metavar="FILE", help="a page to read or print as well, for its owner alone")
    erase = of.add_parser("erase", help="erase a person; says how many rows of each kind")
    erase.add_argument("ref", metavar="REF")
    erase.add_argument("--dry-run", action="store_true", help="count, and say what forbids it; change nothing")
    for made in (export, erase):
        made.add_argument("--restricted", metavar="WHY", help="of a restricted case: say why; it is kept in the audit")
    hold = of.add_parser("hold", help="a legal hold: nothing of the person, or of a case, is erased while it stands")
    hold.add_argument("ref", metavar="REF", help="a person's reference, or a case's")
    hold.add_argument("--why", metavar="WORDS", required=True)
    release = of.add_parser("release", help="lift every legal hold of a person or a case")
    release.add_argument("ref", metavar="REF")
    of.add_parser("erased", help="the list of who was erased: keyed fingerprints, for `thrive resume --erased`")
    for made in of.choices.values():
        made.add_argument("--json", action="store_true")


def cases(command: argparse.ArgumentParser) -> None:
    of = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    export = of.add_parser("export", help="a row a case, in the columns of the council's case system")
    export.add_argument("path", metavar="PATH", help="where to; only its owner may read it")
    export.add_argument("--since", metavar="DATE", help="cases that came from this day on; a week unless told")
    export.add_argument("--until", metavar="DATE", help="to this day, included; today unless told")
    export.add_argument("--kind", choices=KINDS, default="referral", help="referral unless told")
    export.add_argument("--mapping", metavar="FILE", help="columns in place of documents/case-system.yaml")
    export.add_argument("--force", action="store_true", help="write over what stands there")
    export.add_argument("--json", action="store_true")


def _head(text: str) -> tuple[int, str]:
    number, colon, digits = text.partition(":")
    if not colon or not number.isdecimal() or len(digits) < 8:
        raise argparse.ArgumentTypeError("write it as 1234:0123456789abcdef")
    return int(number), digits.strip().lower()
