"""The texts the engine says by itself, and what each may name. Content is refused when one of them is missing."""

from collections.abc import Mapping

from flows.safety_replies import REPLY_IDS

# What a page texts to a phone: a code, and the line before what was found.
CODE, RESULTS = "to-phone.code", "to-phone.results"

# Text id to the values it is given beyond the shared ones and the facts of the step.
ENGINE_TEXTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "first-contact",
            "first-contact.web",
            "stop-receipt",
            "start-receipt",
            "after-stop",
            "help",
            "back.none",
            "status.open",
            "status.unfinished",
            "status.none",
            "when.next",
            "when.none",
            "less",
            "pause",
            "my-data",
            "wrong-person",
            "thanks",
            "picture",
            "carry-on",
            "repair.ask",
            "repair.idle",
            "repair.person",
            "repair.stuck",
            "safety.carry-on",
            "stuck",
            "added",
            "flood",
            "word.ask",
            "word.open",
            "listing.area-wide",
            *REPLY_IDS,
        ),
        frozenset(),
    ),
    CODE: frozenset({"code"}),
    RESULTS: frozenset(),
    "listing.checked": frozenset({"on"}),
    "listing.distance": frozenset({"km"}),
    "listing.bank-holiday": frozenset(),
    "listing.open-always": frozenset(),
    "listing.open-now": frozenset(),
    "listing.open-until": frozenset({"closes"}),
    "listing.opens-later": frozenset({"opens"}),
    "listing.opens-on": frozenset({"day", "opens"}),
    "listing.opens-tomorrow": frozenset({"opens"}),
    "listing.never-checked": frozenset(),
    "listing.why": frozenset({"why"}),
}
# Flows the engine opens by name.
ENGINE_FLOWS = ("menu", "find", "human", "language")
