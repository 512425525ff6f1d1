"""The pure half of alerts: what the rows mean to the ladder, and what an alert says."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.store.alerts import Alert, Standing
from messages.sms import plain
from messages.status import NOT_ARRIVED
from scheduler.calendar import Level
from scheduler.ladder import GRAVEST_FIRST, CaseFacts, Climb, Told

# By then the provider or the mail server has taken an alert, or it counts as failed and the next rung is told.
TAKEN_WITHIN: Final = timedelta(minutes=2)
NOT_TAKEN: Final = frozenset({"queued", "sending", "unknown"})


def failed(alert: Alert, now: datetime) -> bool:
    """Whether this alert cannot be counted on: it had nowhere to go, did not arrive, or nobody knows in time."""
    if alert.state is None or alert.state in NOT_ARRIVED:
        return True
    return alert.state in NOT_TAKEN and now - alert.at >= TAKEN_WITHIN


def case_facts(case: Standing) -> CaseFacts:
    """What nobody could read may hold danger: until somebody has, its ladder is that of an urgent case."""
    level: Level = case.level  # type: ignore[assignment]  # the column holds only the three
    looked = case.looked_at is not None
    return CaseFacts(
        level="urgent" if case.reason == "unread" else level, look_by=case.look_by, looked=looked,
        taken=looked and case.state == "claimed",
    )  # fmt: skip


def climb_facts(case: Standing, alerts: Sequence[Alert], now: datetime) -> Climb | None:
    """The newest climb with what became of its alerts; a rung failed where any message to it did, and
    is reached where another did not."""
    climb = case.climb
    if climb is None:
        return None
    steps: dict[int, list[Alert]] = {}
    for alert in alerts:
        if alert.climb_id == climb.id:
            steps.setdefault(alert.step, []).append(alert)
    return Climb(
        why=climb.why, level=climb.level, case_level=GRAVEST_FIRST[climb.rank],  # type: ignore[arg-type]  # likewise
        started_at=climb.started_at, hurried_at=climb.hurried_at, promise_at=climb.promise_at,
        unreached=climb.unreached_at is not None, ended=climb.ended_at is not None,
        told=tuple(_told(step, now) for _, step in sorted(steps.items())),
    )  # fmt: skip


def _told(step: Sequence[Alert], now: datetime) -> Told:
    lost = [failed(one, now) for one in step]
    return Told(at=step[0].at, failed=any(lost), reached=not all(lost))


def answered_how(case: Standing) -> str | None:
    """How somebody answered for the case since its climb began, other than by Acknowledge; None: nobody has.

    To claim a case is to take it on, and a closed one, a false alarm too, needs nobody. To open it is neither.
    """
    if case.state == "closed":
        return "closed"
    taken = case.climb is not None and case.claimed_at is not None and case.claimed_at > case.climb.started_at
    return "claimed" if taken else None


def text_of(service: str, level: str, link: str) -> str:
    """The text: a link and nothing of the case but how soon it is wanted."""
    return plain(f"{service} desk: {_wanted(level)}. Read it and press Acknowledge, or the next person is told: {link}")


def email_of(service: str, level: str, link: str) -> str:
    """The email: its subject on the first line."""
    told = "Read the case and press Acknowledge. Until somebody does, the next person is told."
    return f"{service} desk: {_wanted(level)}\n{told}\n\n{link}"


def _wanted(level: str) -> str:
    return "an urgent case needs you now" if level == "urgent" else "a case needs you"
