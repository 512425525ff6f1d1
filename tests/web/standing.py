"""What stands on the desk, put there for a test: a case, a check-in that nobody answered."""

import re
from datetime import date, timedelta

from bot.refs import new_ref
from bot.store import addresses, casework, keeping, people, touches
from tests.houses import Home


def a_case(home: Home, name: str | None = None, *, sender: str = "+447700900001", **values: object) -> str:
    """A case on the desk, its person and number made where they are new; its reference."""
    ref, now = new_ref(), home.clock.at
    with home.house.db.write() as tx:
        address = addresses.open_address(tx, "sms", sender, now)
        person_id = None
        if name is not None:
            person_id = people.add_person(tx, ref=new_ref(), now=now, first_name=name)
            people.link(tx, person_id, address.id, now)
        level = str(values.get("level", "routine"))
        casework.add_case(
            tx, **{"ref": ref, "kind": "escalation", "rank": casework.RANK[level], "level": level, "reason": "wrote",
                   "address_id": address.id, "person_id": person_id, "words": f"words of {name}", "because": "[]",
                   "opened_at": now, "look_by": now + timedelta(hours=4), **values},
        )  # fmt: skip
    return ref


def a_silence(home: Home, name: str = "Ana", **values: object) -> tuple[str, int]:
    """A check-in that ended in silence: the person's reference and the touch's id."""
    ref, now = new_ref(), home.clock.at
    with home.house.db.write() as tx:
        address = addresses.open_address(tx, "sms", "+447700900444", now)
        person_id = people.add_person(tx, ref=ref, now=now, first_name=name)
        enrolment_id = keeping.enrol(
            tx, person_id=person_id, programme="after-early-help", event_on=date(2026, 10, 1),
            told_on=date(2026, 10, 1), told_by="The early help team", created_at=now,
        )  # fmt: skip
        touch_id = touches.decide_touch(
            tx, **{"enrolment_id": enrolment_id, "touch": "four-weeks", "address_id": address.id, "due_at": now,
                   "decided_at": now, "outcome": "no-reply", "reason": "No answer, reminded once.", "listed": True,
                   "settled_at": now, **values},
        )  # fmt: skip
    assert touch_id is not None
    return ref, touch_id


def shown(html: str) -> list[str]:
    """The references of the cases that a list shows, in its order."""
    return re.findall(r'<h2 class="govuk-heading-s desk-case__name"><a[^>]*href="/desk/cases/(\w+)"', html)
