"""A flow tried on the desk: the whole conversation again at each line, so that nothing of it is kept anywhere."""

from dataclasses import dataclass
from typing import Final

from bot.casework.accounts import SignedIn
from bot.content import Compiled
from bot.house import House
from bot.publishing.drafts import Opened
from bot.simulating import NotALine, Trial, opened
from bot.store import staff
from bot.talking import real_assets
from flows.facts import Assets

MOST_LINES: Final = 60
LONGEST_LINE: Final = 640  # characters: longer than four texts, and a page of such lines is within a form's size
_last: list[tuple[Compiled, Assets]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`lines` as given, without what opened the flow; `error` says what is wrong of the last, which is left out."""

    trial: Trial
    lines: tuple[str, ...]
    error: str = ""

    @property
    def full(self) -> bool:
        return len(self.lines) >= MOST_LINES


def try_flow(house: House, by: SignedIn, content: Opened, flow: str, lines: list[str]) -> Tried | None:
    """None for a flow that this content does not have. Who tried what flow is kept in the audit, no words of it."""
    if content.compiled is None or flow not in content.compiled.flows:
        return None
    with house.db.write() as tx:
        staff.add_audit(
            tx, at=house.clock.now(), staff_id=by.staff.id, action="flows.try", target=f"flow:{flow}"[:120],
            detail=content.which,
        )  # fmt: skip
    trial = Trial.begin(content.compiled, _assets(content.compiled), flow)
    given = [line.strip()[:LONGEST_LINE] for line in lines if line.strip()][:MOST_LINES]
    for line in opened(trial.flow, []):
        trial.hear(line)
    kept: list[str] = []
    for line in given:
        try:
            trial.hear(line)
        except NotALine as fault:
            return Tried(trial=trial, lines=tuple(kept), error=f"{line}: {fault}.")
        kept.append(line)
    return Tried(trial=trial, lines=tuple(kept))


def _assets(compiled: Compiled) -> Assets:
    """With the sample directory that ships, so that a journey goes the same everywhere. The last two are kept."""
    for known, assets in _last:
        if known is compiled:
            return assets
    made = real_assets(compiled)
    _last[:] = [(compiled, made), *_last[:1]]
    return made
