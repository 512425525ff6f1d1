"""What staff read on the directory's pages for each code of an entry. English source texts, as in `words`."""

from typing import Final

ENTRIES: Final = {
    "due": "To check",
    "flagged": "Not reached",
    "all": "All shown",
    "missing": "Gone from their source",
    "off": "Taken off",
}
ENTRY_STATES: Final = {
    "fresh": "Checked",
    "due": "To be checked",
    "overdue": "Overdue: comes last",
    "hidden": "Too old: families do not see it",
}
ENTRY_COLOURS: Final = {"fresh": "green", "due": "yellow", "overdue": "orange", "hidden": "red"}
ACCEPTING: Final = {"open": "Taking people", "waiting-list": "Waiting list", "full": "Full", "unknown": "Not known"}
ENTRY_HOW: Final = {
    "import": "Changed by its source",
    "edited": "Changed",
    "checked": "Checked, nothing else changed",
    "off": "Taken off",
    "on": "Put back on",
    "confirmed": "Confirmed by its organisation",
    "provider": "Changed by its organisation",
    "approved": "Changed by its organisation, and approved",
    "undone": "Put back to how it was",
}
ENTRY_DONE: Final = {
    "checked": "Checked as of today.",
    "off": "Taken off. Families are not shown it, and no import brings it back.",
    "on": "Back on. Families are shown it.",
    "undo": "Put back to how it was.",
    "edited": "The entry is changed. Families see it within seconds.",
    "same": "Nothing was different, so nothing was changed.",
    "approved": "Approved. Families see it within seconds.",
    "refused": "Refused. The entry stands as it was.",
    "unfit": "It does not fit the entry as it stands now. Change the entry yourself, or refuse it.",
    "gone": "Somebody was faster, or the organisation has asked for something else since.",
    "kept": "Kept.",
    "sent": "The link is on its way.",
    "no-email": "No link was sent: enter an email first.",
    "ended": "No link of theirs opens anything any more.",
}
SAME_DONE: Final = {
    "keep-one": "Merged. Families are shown the one you kept.",
    "keep-other": "Merged. Families are shown the one you kept.",
    "apart": "They are two, and are not offered again.",
    "undo": "Undone.",
}
WRONG: Final = {
    "phone": "The telephone number or website does not work",
    "closed": "It has closed",
    "place": "It is somewhere else",
    "hours": "The days or times are wrong",
    "not-taking": "They are full, or did not help",
    "other": "Something else",
}
WRONG_DONE: Final = {"settled": "Settled. Their words are erased.", "gone": "Somebody was faster."}
IMPORTED: Final = {
    "added": "added",
    "updated": "changed",
    "unchanged": "as before",
    "withdrawn": "ended by their source",
    "missing": "no longer listed (kept)",
    "refused": "refused",
    "repaired": "put right",
}
IMPORT_LINES: Final = {"missing": "No longer listed, kept", "refused": "Refused", "repaired": "Put right"}
LETTERS: Final = {  # what became of a letter, by the outbox's word
    "queued": "On its way",
    "sending": "On its way",
    "accepted": "Taken by the mail server",
    "refused": "Not sent",
    "failed": "Not taken by the mail server",
    "expired": "Not sent in time",
    "unknown": "Nobody knows whether it was taken",
    "held": "Nobody knows whether it was taken",
}
ENTRY_FIELDS: Final = {
    "name": ("Name", ""),
    "description": ("What it offers", "In plain words, as families read it."),
    "phone": ("Telephone", ""),
    "email": ("Email", ""),
    "url": ("Website", ""),
    "needs": ("What it helps with", "Choose what it is most about."),
    "min_age": ("Youngest age", "In years; 0.5 is six months. Empty for parents and for all ages."),
    "max_age": ("Oldest age", "A whole year lasts until the next birthday."),
    "cost": ("Cost", "In words. Begin with Free where it is free."),
    "languages": ("Languages", "Codes of two letters, with semicolons: en; pl; so."),
    "accessibility": ("Access", "In words, with semicolons."),
    "refer": ("How to get in touch or be referred", ""),
    "accepting": ("Are they taking people?", "The day on which this is changed is kept and shown."),
}
