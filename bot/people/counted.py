"""What a count of rows, and what forbids an erasure, are called for the person who must decide."""

from collections.abc import Mapping
from typing import Final

from bot.people.erasing import Why

TABLES: Final[Mapping[str, str]] = {
    "receipt": "words of the texting provider about messages",
    "alert": "alerts about a case",
    "climb": "times that alerts about a case began",
    "case_viewer": "colleagues who had a case open",
    "call_back": "planned calls",
    "handover": "cases offered to a colleague",
    "case_link": "links between cases",
    "closing": "closings that a second person was asked about",
    "restriction_named": "colleagues for whom a restricted case was open",
    "restriction": "times that a case was restricted",
    "pathway_step": "steps of a referral's pathway",
    "case_event": "things that happened to a case, notes among them",
    "referral": "self-referrals",
    "legal_hold": "legal holds that were lifted",
    "review": "marks of what the service missed or alarmed falsely",
    "score": "scores from 0 to 10",
    "outbox": "messages to them",
    "inbox": "messages from them",
    "wish": "wishes for fewer texts or a break",
    "feedback": "words about the service",
    "consent": "consents",
    "conversation": "conversations going on",
    "timer": "reminders set in a conversation",
    "cases": "cases",
    "enrolment_beside": "names of workers beside an enrolment",
    "touch": "check-ins in the ledger",
    "enrolment": "enrolments",
    "contact_review": "days on which a contact is reviewed",
    "contact_log": "contacts in the log",
    "hold": "holds",
    "person_merge_change": "what was changed when two records were made one",
    "person_merge": "times that two records of one person were made one",
    "person_address": "links of a person to a number",
    "person": "people",
    "address": "numbers and chats",
    "household": "households",
}
SAYS: Final[Mapping[Why, str]] = {
    "legal-hold": (
        "There is a legal hold{about}: {told} Data protection law lets us keep what is needed for a legal claim, or "
        "for a duty in the public interest (UK GDPR, article 17(3)). Lift the hold when it is over."
    ),
    "death": (
        "The team was told of a death in this family, and nobody has reviewed what follows yet. Review it first, so "
        "that nothing that the family or an inquiry may need is lost in haste."
    ),
    "open-case": "Case {about} is open: somebody still has to act on it. Close it first.",
    "in-flight": "A message to them is being sent at this moment. Try again in a minute.",
}


def said(why: Why, *, about: str, told: str) -> str:
    """One plain sentence or two."""
    case = f" on case {about}" if why == "legal-hold" and about else about
    words = f"{told.rstrip('.')}." if told else ""
    return SAYS[why].format(about=case, told=words).strip()
