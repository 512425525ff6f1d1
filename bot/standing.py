"""Whether a plan still stands, as the deciding of a touch asks and as the sending asks once more."""

from bot.clock import local_date
from bot.store import holding, keeping, people, touches
from bot.store.database import Tx
from bot.store.keeping import Enrolment
from bot.store.outbox import Outbox
from scheduler.decide import HELD, OVER, TouchFacts, first_bar

ENDED_MEANWHILE = "Not sent: what it was to remind of had ended"


def standing(tx: Tx, enrolment: Enrolment) -> TouchFacts:
    """Who has died, what was ended, and what holds the household; of how they are reached it knows nothing."""
    holds = holding.holds_of(tx, enrolment.person_id)
    dead = people.dead(tx, (enrolment.person_id, enrolment.child_id))
    return TouchFacts(
        enrolled_on=local_date(enrolment.created_at), has_number=False, person_died=enrolment.person_id in dead,
        child_died=enrolment.child_id in dead, ended=enrolment.ended_for is not None,
        social_care_open="social-care" in holds, under_review="review" in holds,
    )  # fmt: skip


def why_not(tx: Tx, row: Outbox) -> str | None:
    """Why a check-in or a reminder may not leave any more, or None.

    It was with a sender when a death, a loss or a hold was told, so nobody could take it back; put back since, it is
    asked of again before it leaves.
    """
    if row.touch_id is None:
        return None
    touch = touches.touch_by_id(tx, row.touch_id)
    reason = first_bar(OVER + HELD, standing(tx, keeping.enrolment_by_id(tx, touch.enrolment_id)))
    if reason is None and row.purpose == "reminder" and touch.outcome != "sent":
        return ENDED_MEANWHILE
    return reason
