"""The page at the end: what went in and out, what was promised and kept, and what was missed."""

from collections import Counter
from collections.abc import Iterator

from tests.pilot.account import Account
from tests.pilot.fortnight import Lived
from tests.pilot.households import ASK, KNOWN

LABELS = ("urgent", "concern", "none")


def page(done: Lived, found: Account, *, database: str, seed: str, minutes: float) -> str:
    """One page of Markdown; the picture stands beside it as `pilot.svg`."""
    return "\n".join(_lines(done, found, database, seed, minutes)) + "\n"


def _lines(done: Lived, found: Account, database: str, seed: str, minutes: float) -> Iterator[str]:
    first, last = done.slots[0].at, done.slots[-1].at
    days = (last.date() - first.date()).days + 1
    yield "# The simulated fortnight" if days == 14 else f"# {days} simulated day{'s' * (days > 1)}"
    yield ""
    yield (
        f"{len(done.families)} invented families, three staff, {first:%d %B %Y} to {last:%d %B %Y} on {database}: the "
        f"real server over HTTP, the stand-in provider, time moved on by half hours. Made by `make pilot SEED={seed}` "
        f"in {minutes:.0f} minutes."
    )
    yield ""
    yield "![Each half hour's messages, and what went wrong in it](pilot.svg)"
    yield ""
    yield f"**{'Everything is accounted for.' if found.kept else 'NOT everything is accounted for: see the end.'}**"
    yield ""
    yield from _messages(done, found)
    yield from _cases(found)
    yield from _dangers(found)
    yield from _rest(done, found)
    if not found.kept:
        yield "## Not kept"
        yield ""
        told = [*found.counts.broken, *found.broken, *found.leaks]
        yield from (f"- {one}" for one in told)
        yield ""


def _messages(done: Lived, found: Account) -> Iterator[str]:
    counts = found.counts
    yield "## Messages"
    yield ""
    yield "| | |"
    yield "|---|---:|"
    yield f"| texts that families sent | {found.came_in:,} |"
    yield f"| lines at the web chat, and kept | {found.web_posts:,}, {found.web_kept:,} |"
    yield f"| posts that met a dead service and were posted again | {done.posted_again:,} |"
    yield f"| our own messages | {found.purposes.total():,} |"
    yield f"| how those ended | {_counted(found.states)} |"
    yield f"| lost | {counts.lost} |"
    yield f"| doubled | {counts.doubled} |"
    yield f"| before a person, since nobody could know | {counts.before_a_person} |"
    yield ""


def _cases(found: Account) -> Iterator[str]:
    yield "## Cases, and what the families were promised"
    yield ""
    yield "| level | cases | looked at in time | late | not yet | median minutes | slowest |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name in ("urgent", "concern", "routine"):
        if (level := found.levels.get(name)) is not None:
            took = "-" if level.median_minutes is None else f"{level.median_minutes:,.0f}"
            slow = "-" if level.slowest_minutes is None else f"{level.slowest_minutes:,.0f}"
            yield (
                f"| {name} | {level.cases} | {level.in_time} | {level.late} | {level.not_looked} | {took} | {slow} |"
            )
    yield ""


def _dangers(found: Account) -> Iterator[str]:
    yield "## Dangers, by their label in the practice set"
    yield ""
    yield "| label | urgent | concern | nothing seen |"
    yield "|---|---:|---:|---:|"
    for label in LABELS:
        seen = found.dangers.get(label, Counter())
        unseen = seen.total() - seen["urgent"] - seen["concern"]
        yield f"| {label} | {seen['urgent']} | {seen['concern']} | {unseen} |"
    yield ""
    if found.missed:
        yield "Missed: " + "; ".join(f"“{words}”" for words in found.missed) + "."
        yield ""


def _rest(done: Lived, found: Account) -> Iterator[str]:
    yield "## Check-ins, in the ledger"
    yield ""
    yield (
        f"{found.ledger.total()} touches, {found.without_reason} without a reason, {found.undecided} whose day passed "
        f"and that are not in it: {_counted(found.ledger)}."
    )
    yield ""
    yield "## What was done to the service meanwhile"
    yield ""
    yield from (f"- {told}" for told in [f"{done.upsets.kills} times `kill -9`", *done.upsets.told])
    yield f"- the log was searched for every number, name and line: {len(found.leaks)} kinds found"
    yield ""
    yield "## Pages of the desk and of the web chat"
    yield ""
    yield "| page | asked for | median ms | 95th percentile ms |"
    yield "|---|---:|---:|---:|"
    for name, (times, middle, high) in found.pages.items():
        yield f"| `{name}` | {times:,} | {middle:.0f} | {high:.0f} |"
    yield ""
    yield "## The families"
    yield ""
    kinds = Counter(family.kind for family in done.families)
    yield "; ".join(f"{kinds[kind]} {kind}" for kind in (*ASK, *KNOWN)) + "."
    yield ""
    if refused := Counter(done.office.refused):
        yield f"What the desk said no to: {_counted(refused)}."
        yield ""


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{times:,} {name}" for name, times in counts.most_common()) or "none"
