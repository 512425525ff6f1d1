"""What `thrive rehearse` may be asked for: read without loading any of it, so that the other commands start quickly."""

import argparse
from datetime import date

# Beyond these nobody knows England's bank holidays (`bot.rules.YEARS`).
FIRST, LAST = date(2020, 1, 1), date(2060, 12, 31)
MOST_DAYS = 3660
_SHARES = {"none": 0.0, "all": 1.0}


def options(rehearse: argparse.ArgumentParser) -> None:
    add = rehearse.add_argument
    add("programme", nargs="?", metavar="PROGRAMME", help="show this one; all are lived")
    add("--from", dest="first", required=True, type=_date, metavar="DATE", help="the first day")
    add("--days", required=True, type=_days, metavar="N", help=f"how many days, 1 to {MOST_DAYS}")
    add("--families", metavar="FILE", help="a sheet as `thrive enrol` reads it; sample families unless told")
    add(
        "--answers", type=_share, default=0.5, metavar="SHARE",
        help="how many check-ins are answered: none, all, or a share such as 0.5 (so unless told)",
    )  # fmt: skip
    add("--low", type=_share, default=0.1, metavar="SHARE", help="how many answers are low; 0.1 unless told")
    add("--seed", type=int, default=0, metavar="N", help="another number is another year")
    add("--picture", metavar="FILE", help="draw the touches and the load by week, as SVG")


def _date(text: str) -> date:
    try:
        first = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a date such as 2026-09-01") from None
    if not FIRST <= first <= LAST:
        raise argparse.ArgumentTypeError(f"{text} is not from {FIRST} to {LAST}")
    return first


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to {MOST_DAYS}")
    return int(text)


def _share(text: str) -> float:
    try:
        share = _SHARES[text.casefold()] if text.casefold() in _SHARES else float(text)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not none, all, or a share from 0 to 1")
    return share
