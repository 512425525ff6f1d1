"""What the codes of the rows mean, said to the person whose rows they are. A code that no table knows is opened up and
shown as it is: nothing is left out of what somebody is given about themselves."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "kind of address": {"sms": "Mobile number", "web": "Web chat"},
    "consent": {
        "given": "You agreed to be texted",
        "stopped": "You said STOP: we start no texts",
        "unasked": "We have not asked",
    },
    "safe": {"safe": "Said to be safe to text", "unsafe": "Marked as not safe to text", "unknown": "Not known"},
    "delivery": {
        "queued": "Waiting to be sent",
        "sending": "Being sent",
        "unknown": "Not known whether it was sent",
        "held": "Held back for a person to decide",
        "refused": "Not sent",
        "expired": "Not sent: too late to be of use",
        "accepted": "Taken by the company that sends our texts",
        "sent": "Sent, arrival not confirmed",
        "failed": "Could not be sent",
        "undelivered": "Did not arrive",
        "delivered": "Arrived",
    },
    "why we wrote": {
        "safety": "Reply to words of danger",
        "answer": "Answer",
        "stop-receipt": "Answer to STOP",
        "staff-reply": "Reply of the team",
        "promise": "What we had promised",
        "check-in": "Check-in",
        "reminder": "Reminder of a check-in",
    },
    "danger": {
        "none": "No words of danger were found",
        "concern": "Read as a worry",
        "urgent": "Read as urgent danger",
    },
    "outcome": {
        "sent": "Sent, no answer yet",
        "parked": "Waiting for a conversation to end",
        "answered": "Answered",
        "no-reply": "No reply",
        "undelivered": "Did not arrive",
        "unknown": "Not known whether it arrived",
        "missed": "Missed",
        "suppressed": "Not sent, by rule",
    },
    "plan": {"active": "Going on", "ended": "Ended", "hold": "Waiting for a call from the team"},
    "case": {
        "escalation": "Brought to the team",
        "referral": "You referred yourself",
        "request": "What you asked of us",
    },
    "level": {"urgent": "Urgent", "concern": "Concern", "routine": "Routine"},
    "state": {"open": "Not taken up yet", "claimed": "A worker has it", "closed": "Closed"},
    "speaker": {
        "child": "A child",
        "parent": "A parent or carer",
        "young-person": "A young person",
        "bystander": "Somebody who saw or heard it",
        "worker": "A professional",
        "harmer": "One who may have done harm",
    },
    "contact": {"call": "Telephone call", "visit": "Visit", "advice": "Advice to a professional"},
    "wish": {
        "pause": "You asked for a break",
        "less": "You asked to hear from us less often",
        "unpause": "You ended the break",
        "back-on": "You asked for all texts again",
    },
    "via": {"sms": "By text", "web": "In the web chat", "staff": "Told to a worker", "import": "By a council list",
            "provider": "By the company that sends our texts"},
    "hold": {"social-care": "Social care is working with your family", "review": "A death in the family",
             "legal": "A legal hold"},
}  # fmt: skip


def say(table: str, code: object) -> str:
    """The words of a code, or the code with its hyphens opened."""
    text = "" if code is None else str(code)
    return WORDS[table].get(text, text.replace("-", " "))
