"""What authors look at on the desk: the content as it is published, or as it lies in the folder, not live yet.

Nothing here writes but the audit: a draft is read, compiled and shown, and no family meets it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from bot.casework.accounts import SignedIn
from bot.content import Compiled, ContentFaults, compile_content, read_content, stamps
from bot.house import House
from bot.live import NothingPublished
from bot.store import staff
from flows.diagram import draw
from flows.diagram_outline import Outline, outline

Which = Literal["published", "draft"]
WHICH: Final[tuple[Which, ...]] = ("published", "draft")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """`compiled` is None where there is nothing to show; `faults` then say why. `flows` by name, in their order.

    `changed` names the flows of a draft that differ from what is published, and those that are new.
    """

    which: Which
    compiled: Compiled | None
    faults: tuple[str, ...] = ()
    changed: frozenset[str] = frozenset()

    @property
    def titles(self) -> Mapping[str, str]:
        return {name: flow.title for name, flow in sorted(self.compiled.flows.items())} if self.compiled else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One flow as a picture and in words. `svg` is ours alone and safe to put into a page as it is."""

    outline: Outline
    svg: str


def view_content(house: House, by: SignedIn, which: Which, flow: str = "") -> Opened:
    """The content that was asked for, to look at; who looked at what is kept in the audit."""
    with house.db.write() as tx:
        staff.add_audit(
            tx, at=house.clock.now(), staff_id=by.staff.id, action="flows.view", target=f"content:{which}",
            detail=flow[:120],
        )  # fmt: skip
    return open_content(house, which)


def open_content(house: House, which: Which) -> Opened:
    """The content that was asked for. Nothing is written."""
    try:
        live = house.live.of(house.db).compiled
    except NothingPublished:
        live = None
    if which == "published":
        return Opened(which=which, compiled=live, faults=() if live else ("No content is published yet.",))
    folder, council = house.settings.content_dir, house.settings.council
    compiled, faults = _draft(folder, council, stamps(folder, council))
    if compiled is None:
        return Opened(which=which, compiled=None, faults=faults)
    return Opened(which=which, compiled=compiled, changed=_changed(live, compiled))


def drawn(opened: Opened, name: str) -> Drawn | None:
    """None for a flow that this content does not have."""
    flow = opened.compiled.flows.get(name) if opened.compiled else None
    if flow is None or opened.compiled is None:
        return None
    told = outline(flow, opened.compiled.wording)
    return Drawn(outline=told, svg=draw(told))


def _changed(live: Compiled | None, draft: Compiled) -> frozenset[str]:
    """By what is walked and by what is said: each way, and each word of the flow's own."""
    if live is None:
        return frozenset(draft.flows)
    was = {name: outline(flow, live.wording) for name, flow in live.flows.items()}
    return frozenset(name for name, flow in draft.flows.items() if was.get(name) != outline(flow, draft.wording))


@lru_cache(maxsize=2)
def _draft(
    folder: Path, council: Path | None, _of: tuple[tuple[str, int, int], ...]
) -> tuple[Compiled | None, tuple[str, ...]]:
    """The folder as these stamps of its files say it stands, or its faults: asked for at every line that is typed."""
    try:
        return compile_content(read_content(folder, council)), ()
    except ContentFaults as wrong:
        return None, tuple(map(str, wrong.faults))
