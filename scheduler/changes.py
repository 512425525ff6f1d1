"""What a changed fact does to what is planned, as a table: which programmes end, what is held, who looks, what starts.

Staff tell these at the desk or by `thrive tell`; some a family tells itself. Which programmes a change of early help
or of a pregnancy ends or starts is content: `ended_by` and `started_by` of the programme's own file.

Nothing here repeats or loses a touch: what ends goes to the ledger touch by touch with the reason, and what moves
keeps its keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Change = Literal[
    "early-help-opened", "stepped-down", "moved-away", "pregnancy-lost", "child-died", "person-died",
    "social-care-opened", "social-care-closed", "reviewed", "event-corrected", "birth-month-corrected",
    "school-deferred", "school-on-time",
]  # fmt: skip
# Whose enrolments: those of the programmes that name the change; those about this child; this person's, and those about
# them; all.
Which = Literal["none", "named", "child", "person", "all"]
Hold = Literal["social-care", "review"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What follows for the household. `ends` and `why` go together; `case` brings it before a person."""

    title: str  # as staff choose it
    ends: Which = "none"
    why: str = ""  # the ledger's reason
    holds: Hold | None = None  # everything else of the household waits
    lifts: Hold | None = None
    starts: bool = False  # the programmes that name the change begin, on its day
    case: Literal["concern", "routine"] | None = None
    of_child: bool = False  # which child must be told
    moves: bool = False  # dates are made again from the right month of birth
    of_event: bool = False  # dates are made again from the right day of a programme's event
    defers: bool | None = None  # the child starts school a year later, or on time after all: likewise


CHANGES: Mapping[Change, Consequence] = {
    "early-help-opened": Consequence(
        title="Early help opened again", ends="named", why="Early help opened again for this family.",
    ),
    "stepped-down": Consequence(
        title="Stepped down from social care", lifts="social-care", starts=True,
    ),
    "moved-away": Consequence(
        title="Moved away", ends="all", why="The family moved away.",
    ),
    "pregnancy-lost": Consequence(
        title="A pregnancy ended in loss", ends="named", why="The pregnancy ended in loss.",
    ),
    "child-died": Consequence(
        title="A child died", ends="child", why="The child has died.", holds="review", case="concern", of_child=True,
    ),
    "person-died": Consequence(
        title="This person died", ends="person", why="The person has died.", holds="review", case="concern",
    ),
    "social-care-opened": Consequence(title="Social care opened a case", holds="social-care"),
    "social-care-closed": Consequence(title="Social care closed its case", lifts="social-care"),
    "reviewed": Consequence(title="What the family hears from us was reviewed: go on", lifts="review"),
    "event-corrected": Consequence(title="The day that a programme counts from was wrong, or moved", of_event=True),
    "birth-month-corrected": Consequence(title="A month of birth was wrong", of_child=True, moves=True),
    "school-deferred": Consequence(
        title="A summer-born child starts school a year later", of_child=True, defers=True,
    ),
    "school-on-time": Consequence(title="A child starts school on time after all", of_child=True, defers=False),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An enrolment of the household, as far as a change asks. `named` where its programme's file names the change."""

    enrolment: int
    person: int
    child: int  # 0: about no child
    named: bool


def ended_by(change: Change, standing: Standing, *, person: int, child: int) -> bool:
    """Whether the change ends this enrolment. `person` is whom it was told of, `child` the child, or 0."""
    ends = CHANGES[change].ends
    if ends == "named":
        # Told of one child or pregnancy, another child's goes on.
        return standing.named and (not child or standing.child in {0, child})
    if ends == "child":
        # A young person may be enrolled for themselves.
        return bool(child) and child in {standing.child, standing.person}
    return ends == "all" or (ends == "person" and person in {standing.person, standing.child})
