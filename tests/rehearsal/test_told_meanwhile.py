"""What a worker tells of a plan in the middle of a year, rehearsed and lived: one plan goes on, never two."""

from datetime import date, datetime, timedelta

from bot.content import Compiled
from scheduler.enrolment_sheet import COLUMNS
from scheduler.localtime import instant
from scheduler.programme import Enrolment, planned
from tests.houses import Home
from tests.rehearsal.year import FIRST, ledger_of, live, lived_ledger, rehearsed

# Who, programme, the event and the day it was told, both counted from the first day, in the order of the sheet.
TOLD = (
    ("before", "new-school", "+40d", "-1d"),  # put off before the first touch of it
    ("before", "new-school", "+70d", "+20d"),
    ("after", "after-early-help", "-2d", "-1d"),  # after some touches the day is put right, over a month earlier
    ("after", "after-early-help", "-40d", "+50d"),
    ("back", "parenting-course-ended", "+5d", "-1d"),  # moved, and moved back again
    ("back", "parenting-course-ended", "+60d", "+3d"),
    ("back", "parenting-course-ended", "+10d", "+30d"),
    ("again", "exclusion", "-2d", "-1d"),  # out of school once more, in the middle of the plan of the first time
    ("again", "exclusion", "+35d", "+36d"),
    ("late", "separation", "-2d", "-1d"),  # told half a year late: everything of it is over by the right day
    ("late", "separation", "-300d", "+25d"),
    ("older", "house-move", "+6d", "-1d"),  # a colleague's note from before says nothing
    ("older", "house-move", "+2d", "-4d"),
    ("over", "signposted", "-2d", "-1d"),  # over by then: another one begins
    ("over", "signposted", "+280d", "+281d"),
    ("held", "after-early-help", "-3d", "-400d"),  # nobody has confirmed the number, until they are told of again
    ("held", "after-early-help", "-40d", "+30d"),
    ("ended", "after-early-help", "-3d", "-400d"),  # nor here, and it happened again
    ("ended", "after-early-help", "+190d", "+191d"),
    ("earlier", "ehc-plan-review", "+200d", "-1d"),  # what was long before is refused, for the plan that goes on
    ("earlier", "ehc-plan-review", "-20d", "+8d"),
    ("at-once", "bereavement", "-3d", "-2d"),  # both were told before the first day
    ("at-once", "bereavement", "-4d", "-1d"),
    ("child", "key-transitions", "-1d", "-1d"),  # a child's own plan stays one, told of again
    ("child", "key-transitions", "+100d", "+100d"),
)  # fmt: skip


def rows() -> list[str]:
    made = [",".join(COLUMNS)]
    phones = list(dict.fromkeys(told[0] for told in TOLD))
    for who, programme, event, told in TOLD:
        child = "Ash,-44m" if who == "child" else ","
        mobile = f"07700900{600 + phones.index(who)}"
        made.append(f"{who},Name,,{mobile},,en,,H-{who},parent,{child},{programme},{event},{told},Sam,yes,")
    return made


def test_what_is_told_in_mid_year_is_lived_as_it_is_rehearsed(home: Home, compiled: Compiled) -> None:
    """A day that is moved before the first touch, after some, or once all is over by it; an event that happened again;
    an older telling; a row that is refused for the plan that goes on: the same touches, decided at the same instants,
    for the same reasons, and the same rows refused."""
    families, year, texts = rehearsed(compiled, rows())
    refused = live(home, families, texts, rows())
    lived, told = lived_ledger(home, families), ledger_of(year)
    assert [line for line in lived if line not in told] == [line for line in told if line not in lived] == []
    assert [(one.reference, one.reasons) for one in refused] == [
        (one.placed.person, (one.reason,)) for one in year.refused
    ]
    # the year held what it is to show
    shown = {who: " ".join(line[8] for line in told if line[0] == who) for who in families.people}
    assert [who for who, why in shown.items() if "was corrected to" in why] == ["after", "late", "held"]
    moved_at = instant(FIRST + timedelta(days=50))
    assert {line[7] for line in told if line[0] == "after" and line[6] < moved_at} & {"answered", "no-reply"}
    assert [who for who, why in shown.items() if "It happened again on" in why] == ["again", "ended"]
    house_move = min(line[5] for line in told if line[0] == "older")
    assert house_move == _due(compiled, "house-move", FIRST + timedelta(days=6))
    assert [one.placed.person for one in year.refused] == ["earlier"]
    assert year.enrolled == len(families.people) + 3


def _due(compiled: Compiled, programme: str, event_on: date) -> datetime:
    """When the first touch of a plan that counts from this day is due."""
    return planned(compiled.programmes[programme], Enrolment(event_on=event_on, enrolled_on=FIRST))[0].window[0]
