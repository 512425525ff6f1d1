"""What the red band of every page of the desk says. English source texts, as in `words`."""

from typing import Final

# What keeps families or the team from being told, on every page: what is wrong, without and with the time since when;
# what that means for families; and what to do.
TELL: Final = "Tell whoever runs this service now."
LOOK: Final = "Keep the inbox open and look at it every few minutes."
TELEPHONE: Final = "Keep the inbox open, and telephone everybody who cannot wait."
LATE: Final = {
    "clock": (
        "The clock is not running.",
        "The clock has stood still since %(when)s.",
        (
            "Nobody is texted or emailed about urgent cases. Families get no check-ins and no reminders, and what "
            "failed once is not tried again."
        ),
        LOOK,
    ),
    "work": (
        "Part of the clock's work fails.",
        "Part of the clock's work has failed since %(when)s.",
        "",
        LOOK,
    ),
    "dispatcher": (
        "No text can leave: what sends them is not running.",
        "No text has left since %(when)s: what sends them stands still.",
        (
            "Families who text get no answer, not even the one that gives 999, and nobody on duty is texted about "
            "urgent cases. What families write still arrives here, and the web chat still answers."
        ),
        TELEPHONE,
    ),
    "email": (
        "No email can leave: what sends them is not running.",
        "No email has left since %(when)s: what sends them stands still.",
        "Nobody on duty is emailed about urgent cases. Texts still leave.",
        "See that somebody on duty can be reached by text, and look at the inbox every few minutes.",
    ),
    "queue": (
        "Messages are waiting to leave.",
        "Messages have been waiting to leave since %(when)s.",
        "Families who text may have no answer yet, and somebody on duty may not have been told of an urgent case.",
        TELEPHONE,
    ),
    "paused": (
        "Sending is paused: a backup was restored, and nothing leaves until an operator resumes it.",
        "Sending is paused: a backup was restored, and nothing leaves until an operator resumes it.",
        (
            "Families who text get no answer, and nobody on duty is told of urgent cases. What families write still "
            "arrives here, and the web chat still answers."
        ),
        TELEPHONE,
    ),
    "disk": (
        "The disk is nearly full.",
        "The disk is nearly full.",
        "When it is full, nothing that families write can be kept, and nothing that you write either.",
        "",
    ),
    "full": (
        "The disk is full: nothing can be saved.",
        "The disk is full: nothing can be saved.",
        (
            "Texts are not taken in: the provider keeps them, and they are fetched when there is room. The web chat "
            "tells families to telephone. Nobody is told of a new urgent case, and what you write here is not saved."
        ),
        "Keep somebody at the telephone.",
    ),
}
# Of "work": what each kind of the clock's work means when it fails.
LATE_WORK: Final = {
    "heartbeat": "The clock cannot say that it lives.",
    "backfill": "Messages that did not reach us are not fetched from the provider.",
    "inbox": "Families' messages that could not be read are not tried again.",
    "lookups": "Nobody is told of a safety reply that was not confirmed, or of a message that was lost.",
    "alerts": "Nobody is texted or emailed about urgent cases.",
    "timers": "Families get no reminders of what they were asked.",
    "returns": "Cases of those who are away do not return to the team.",
    "stale": "Check-ins that have waited too long to be sent are not taken back.",
    "touches": "Families get no check-ins.",
    "sheets": "Sheets of families sent at the desk are not taken in.",
    "seals": "Who saw and did what is kept, and not sealed: a row that was removed would not show.",
    "directory": "Entries of the directory that nobody has checked for long are shown as if somebody had.",
    "providers": "Organisations are not asked to check their entries.",
    "retention": "Records that are past their time are not removed.",
}
# Of these, the ones that keep word of urgent cases from the people on duty.
NOBODY_TOLD: Final = frozenset({"clock", "work", "dispatcher", "paused", "full"})
