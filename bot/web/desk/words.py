"""What staff read for each code that the rows hold. Exact, and the same word for the same thing on every page.

Each table holds English source texts; the macro `word` of desk/parts.html puts them through `_()`, and shows a code
that no table knows (a flow may name its own reason) as it is, its hyphens opened: never hidden.
"""

from typing import Final

from bot.casework import said
from bot.web.desk import audit_words

LEVELS: Final = said.LEVELS
LEVEL_COLOURS: Final = {"urgent": "red", "concern": "orange", "routine": "grey"}
KINDS: Final = said.KINDS
kind_of: Final = said.kind_of
STATES: Final = said.STATES

REASONS: Final = said.REASONS

KEY_LOST: Final = (
    "It was sealed with a key that this service no longer has. Nothing was sent, and nothing was changed. Tell whoever "
    "runs this service: with that key among its keys again, this opens. Until then telephone, if you know the number."
)

# What follows from each fact that staff tell (scheduler.changes), as a hint beside it.
CHANGES: Final = {
    "early-help-opened": "Ends the check-ins after early help.",
    "stepped-down": "Lifts the pause of social care, and starts the check-ins for each parent who was told of us.",
    "moved-away": "Ends everything that is planned for the household.",
    "pregnancy-lost": "Ends what is planned of the pregnancy.",
    "child-died": "Ends what is planned for this child. Everything else waits, and a case asks a person to review it.",
    "person-died": "Ends what is planned for them. Everything else waits, and a case asks a person to review it.",
    "social-care-opened": "Everything waits until social care closes its case or steps down.",
    "social-care-closed": "What waited goes on, where its time has not run out.",
    "reviewed": "After a death: what waited goes on, where its time has not run out.",
    "event-corrected": "That programme's dates move, such as to the day the baby was born. Nothing is sent again.",
    "birth-month-corrected": "The child's dates move. Nothing that was sent is sent again.",
    "school-deferred": "The child's dates of school move to a year later.",
    "school-on-time": "The child's dates of school move back.",
}

SPEAKERS: Final = said.SPEAKERS

# Of a message of theirs that got no automatic answer.
HELD: Final = {
    "many": "No automatic answer went: many texts came in a short time",
    "same": "No automatic answer went: the same words, over and over",
}

# Of a message of ours. What "accepted" means is said, since it is not "arrived".
DELIVERY: Final = {
    "queued": "Waiting to be sent",
    "sending": "Being sent",
    "unknown": "Not known whether it was sent: we are asking the provider",
    "held": "Held: a person must decide",
    "refused": "Not sent",
    "expired": "Not sent: too late to be of use",
    "accepted": "Taken by the provider, not yet on its way",
    "sent": "On its way, arrival not confirmed",
    "failed": "Did not arrive: the provider could not send it",
    "undelivered": "Did not arrive",
    "delivered": "Arrived",
}
NOT_ARRIVED: Final = frozenset({"held", "refused", "expired", "failed", "undelivered"})
WEB_DELIVERY: Final = {"accepted": "On their page", "sent": "On their page", "delivered": "On their page"}

PURPOSES: Final = {
    "safety": "Safety reply",
    "answer": "The service answered",
    "stop-receipt": "Answer to STOP",
    "staff-reply": "Reply",
    "promise": "A promise of ours",
    "by-request": "Asked for at a page of ours",
    "check-in": "Check-in",
    "reminder": "Check-in, reminder",
    "staff-alert": "Alert to staff",
    "staff-email": "Alert to staff by email",
    "provider-email": "Link to an organisation by email",
}

# Of an email, whose server says no more than that it took it.
EMAIL_DELIVERY: Final = {"accepted": "Taken by the mail server", "unknown": "Not known whether it was sent"}
ALERT_BY: Final = {"sms": "Text to %(who)s", "email": "Email to %(who)s", "none": "No number or email for %(who)s"}
ALERTS_BEGUN: Final = {
    "raised": "Alert: somebody must answer for this case",
    "grew": "Alert begun anew: the case became graver",
    "late": "Alert: nobody looked by the time the family was promised",
    "not-reached": "Alert: the safety reply may not have arrived",
}
ALERTS_ENDED: Final = {
    "acknowledged": "Alert acknowledged",
    "claimed": "Alert ended: the case was claimed",
    "closed": "Alert ended: the case was closed",
    "grew": "Earlier alert ended",
    "late": "Earlier alert ended",
    "not-reached": "Earlier alert ended",
}

OUTCOMES_OF_TOUCHES: Final = {
    "sent": "Sent, no answer yet",
    "parked": "Waiting for their conversation to end",
    "answered": "Answered",
    "no-reply": "No reply",
    "undelivered": "Did not arrive",
    "unknown": "Not known whether it arrived",
    "missed": "Missed",
    "suppressed": "Not sent, by rule",
}

STATES_OF_ENROLMENTS: Final = {
    "active": "Going on",
    "hold": "Waits for a call",
    "ended": "Ended",
}

# What the team did about a check-in without an answer.
DONE_ABOUT_SILENCE: Final = {
    "telephoned": "Telephoned",
    "no-answer": "Telephoned, no answer",
    "seen": "Seen, nothing needed",
}

# A case event by its kind: what happened, without who and when.
HAPPENED: Final = {
    "opened": "Case raised",
    "updated": "More was added to the case",
    "grew": "The case became graver",
    "wrote": "They wrote again",
    "looked": "Looked at",
    "claimed": "Claimed",
    "handed-back": "Handed back to the team",
    "replied": "Replied",
    "note": "Private note",
    "not-reached": "A message did not arrive: telephone",
    "closed": "Closed",
    "front-door": "Accepted at the front door",
    "offered": "Offered to a colleague",
    "accepted": "Taken over by a colleague",
    "declined": "Declined by a colleague",
    "withdrawn": "The offer was taken back",
    "offer-back": "The offer ended: the colleague is away",
    "returned": "Returned to the team: whoever had it is away",
    "returned-named": "Returned to those named for it",
    "speaker": "Who is speaking was put right",
    "linked": "Linked with a case that belongs with it",
    "unlinked": "A link with another case was taken away",
    "close-asked": "A second person was asked to confirm that it can be closed",
    "close-declined": "Not closed: the second person declined",
    "restricted": "Restricted to named colleagues",
    "named": "A colleague was named for it",
    "unnamed": "Closed to a colleague who was named",
    "restriction-lifted": "The restriction was lifted",
    "glass": "Opened by somebody who was not named for it",
    "glass-seen": "Seen: they may stay",
    "call-planned": "A call was planned",
    "called": "The planned call",
    "way-triaged": "Triaged",
    "way-assigned": "Assigned to a team or partner",
    "way-help-secured": "Early help in place",
    "way-engaged": "The family is taking part",
    "way-reviewed": "Reviewed",
    "way-passed": "Passed to the front door",
    "way-returned": "Given back by the front door",
}
# Of these, where no worker did it, the family's own words are the cause ("note": that the number is not theirs). A case
# that grew or got more may have done so for a silence, or for a fact that staff told: that is said as it is.
FAMILY_WROTE: Final = frozenset({"wrote", "note"})
# The same as the end of "Sam Okoro ... at 10am", for one who sent a form that came too late.
CHANGED: Final = {
    "claimed": "claimed this case",
    "handed-back": "handed this case back",
    "replied": "replied to the family",
    "note": "added a private note",
    "closed": "closed this case",
    "offered": "offered this case to a colleague",
    "accepted": "took this case over",
    "declined": "declined this case",
    "withdrawn": "took an offer of this case back",
    "call-planned": "planned a call",
    "called": "told how the call went",
    "way-triaged": "triaged this referral",
    "way-assigned": "assigned this referral",
    "way-help-secured": "kept that early help is in place",
    "way-engaged": "kept that the family is taking part",
    "way-reviewed": "kept a review of this referral",
    "way-passed": "passed this referral to the front door",
    "way-returned": "kept that the front door gave this referral back",
    "speaker": "said who is speaking",
    "linked": "linked this case with another",
    "unlinked": "took a link of this case away",
    "close-asked": "asked for this case to be closed",
    "close-declined": "declined to close this case",
    "restricted": "restricted this case",
    "named": "named a colleague for this case",
    "unnamed": "closed this case to a colleague",
    "restriction-lifted": "lifted the restriction of this case",
    "glass": "opened this case without being named",
    "glass-seen": "saw who opened this case",
    "looked": "opened this case",
}

CONSENTS: Final = {
    "given": "Agreed to be texted",
    "stopped": "Texted STOP: cannot be texted, telephone",
    "unasked": "Not asked about check-ins; may be answered",
}
SAFE: Final = said.SAFE
CHANNELS: Final = {"sms": "Text", "web": "Web chat"}
PARTNERS: Final = said.PARTNERS
CONTACT_HOW: Final = said.CONTACT_HOW
REFERRAL_HOW: Final = {
    "full": "Finished",
    "call-me": "Ended early: they asked us to call",
    "unfinished": "Not finished: what they had answered by the next day",
}
# What goes along in a merge, and back.
MOVED: Final = {
    "person_address": "numbers and chats",
    "cases": "cases",
    "consent": "consents",
    "contact_log": "contacts of the log",
    "score": "scores from 0 to 10",
    "legal_hold": "legal holds that were lifted",
    "hold": "holds",
    "enrolment": "programmes",
}
# What came to a person after two records were merged.
CAME: Final = {"cases": "Case", "contact_log": "Contact of the log", "enrolment": "Programme"}
# Why two records may be of one person.
ALIKE: Final = {
    "number": "the same number, now or before",
    "email": "the same email",
    "child": "a child of the same name and month of birth",
    "postcode": "the same postcode",
    "name": "the same name",
    "like": "a name spelt nearly alike",
}
# What is told of a person, as a page lays two records beside each other.
FACTS: Final = {
    "first_name": "First name",
    "last_name": "Last name",
    "born": "Month of birth",
    "postcode": "Postcode",
    "email": "Email",
    "relation": "Relation to the child",
    "language": "Language",
    "team": "Team",
}

DONE: Final = {
    "merged": "Merged. The other record's reference leads here, and you can take them apart again.",
    "parted": "Taken apart. Each record is a person's own again.",
    "code": "Your second factor is set up. Your other sessions have ended.",
    "passkey": "Your passkey is added. Your other sessions have ended.",
    "passkey-removed": "The passkey is removed. It opens nothing any more; your device may still list it.",
    "password": "Your password is changed. Your other sessions have ended.",
    "staff-end": "They are signed out everywhere.",
    "staff-code": "Their code is taken away, and they are signed out.",
    "staff-passkeys": "Their passkeys are taken away, and they are signed out.",
    "staff-close": "The account is closed, and they are signed out.",
    "staff-open": "The account is open again.",
    "claimed": "You have claimed this case. The service stays silent while you talk with them.",
    "handed-back": "Handed back to the team.",
    "replied": "Your reply is on its way. Its delivery shows in the timeline.",
    "note": "Your private note is kept.",
    "closed": "The case is closed.",
    "offered": "Offered. It stays yours until they accept.",
    "accepted": "It is yours now.",
    "declined": "Declined: it stays with who offered it.",
    "withdrawn": "The offer is taken back.",
    "call-planned": "The call is planned. It stands in everybody's inbox on its day.",
    "called": "Kept.",
    "way": "The step is kept.",
    "speaker": "Kept who is speaking.",
    "linked": "Linked. Each stays a case of its own.",
    "unlinked": "The link is taken away.",
    "close-asked": "Asked. It is urgent, so it closes when a colleague confirms it. It stands in everybody's inbox.",
    "close-declined": "Kept: it stays open.",
    "glass": "It is open to you. Those named for it are told.",
    "glass-seen": "Kept: they may stay.",
    "off": "Taken off the list.",
    "held": "The legal hold stands. Nothing of it is erased until it is lifted.",
    "released": "The legal hold is lifted.",
    "told": "What is planned has changed. The ledger has each touch that ended, with the reason.",
    "acknowledged": "Acknowledged: nobody more is told. Claim the case to reply.",
    "contact": "Kept. Alerts go there from now on.",
    "missed": "Marked as danger that was missed. The case is raised, or has grown, for the whole team.",
    "false-alarm": "Marked as a false alarm. No case was changed.",
    "taken-back": "The mark is taken back.",
    "handled": "Marked as handled.",
    "reopened": "Open again.",
    "signed-out": "You have signed out.",
}
ACTIONS: Final = audit_words.ACTIONS

BROKEN: Final = audit_words.BROKEN

# What can be marked of a message or a case.
MISSED: Final = {
    "urgent": "This was danger and was missed: urgent",
    "concern": "This was danger and was missed: concern",
}
MISSED_HINTS: Final = {
    "urgent": "Somebody may come to serious harm today.",
    "concern": "A person should look within the working day.",
}

LANGUAGES: Final = said.LANGUAGES

# As what somebody was found by a search.
FOUND_AS: Final = {
    "reference": "This reference",
    "case-reference": "This case",
    "number": "This number",
    "postcode": "This postcode",
    "name": "This name",
    "like-name": "A name like this",
}

# Of the page that enrols families.
ENROLLED: Final = {
    "added": "Enrolled. The first check-in says who we are and how to stop.",
    "changed": "Kept. They were enrolled already, and something has changed.",
    "unchanged": "They were enrolled already, exactly so. Nothing has changed.",
    "telephone": "Kept, and on the list below: nobody has confirmed this number for a year, so telephone them first.",
    "confirmed": "Their number is confirmed. The check-ins begin.",
    "dropped": "The sheet is gone. Nobody was enrolled by it.",
}
SHEETS: Final = {
    "checking": "Being looked through",
    "ready": "Waiting for your word",
    "taking": "Being taken in",
    "done": "Taken in",
}
NEEDED: Final = {
    "reference": "Enter their reference",
    "first_name": "Enter their first name",
    "mobile": "Enter their mobile number",
    "programme": "Choose a programme",
    "event_on": "Enter the day that the programme counts from",
    "told_on": "Enter the day on which they were told: nobody is enrolled before that",
    "told_by": "Enter who told them: nobody is enrolled unawares",
    "safe_to_text": "Say whether it is safe to text them",
}
