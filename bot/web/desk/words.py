"""What staff read for each code that the rows hold. Exact, and the same word for the same thing on every page.

Each table holds English source texts; the macro `word` of desk/parts.html puts them through `_()`, and shows a code
that no table knows (a flow may name its own reason) as it is, its hyphens opened: never hidden.
"""

from typing import Final

LEVELS: Final = {"urgent": "Urgent", "concern": "Concern", "routine": "Routine"}
LEVEL_COLOURS: Final = {"urgent": "red", "concern": "orange", "routine": "grey"}
KINDS: Final = {
    "escalation": "Escalation",
    "referral": "Self-referral",
    "professional": "Referral by a professional",
    "request": "Request",
}
STATES: Final = {"open": "Not claimed", "claimed": "Claimed", "closed": "Closed"}

REASONS: Final = {
    "danger": "Their words show danger",
    "danger-entry": "Words of danger on the public form about an entry: we do not know who wrote",
    "low-score": "They gave a low score when we asked how things are",
    "score-fall": "Their score has fallen since the last one",
    "words-of-need": "Their words ask for help with something",
    "asked-for-person": "They asked for a person",
    "not-contacted": "Nobody has been in touch with them, though they were told somebody would be",
    "needs-interpreter": "They need a person who speaks their language",
    "wrong-person": "They say that this is not the person we think",
    "wrote-after-stop": "They wrote after texting STOP",
    "wrote": "They wrote to the team",
    "picture": "They sent a picture, a sound or a file; it was not fetched",
    "my-data": "They asked about the information we hold on them",
    "my-data-see": "They asked to see the information we hold on them",
    "my-data-erase": "They asked us to erase the information we hold on them",
    "complaint": "They made a complaint",
    "listing-wrong": "They said that what we told them of a service is wrong",
    "less": "They asked to hear from us less often",
    "pause": "They asked us to pause",
    "when-to-text": "They said when not to text them: we start nothing until they tell us safe times (HUMAN asks)",
    "silent-worrying": "A family marked as worrying has not answered several times",
    "pregnancy-lost": "They told us that a pregnancy ended in loss",
    "loss-perhaps": "Their words may tell of a death or a lost pregnancy: nothing was ended, read them",
    "keep-in-touch": "They asked us to keep in touch, and no programme could be begun",
    "child-died": "A child of the family died: review what they hear from us",
    "person-died": "This person died: review what the family hears from us",
    "stuck": "The service could not answer them",
    "unread": "The service could not read this message: read it now, it may hold danger",
    "not-reached": "A message to them did not arrive",
    "marked": "One of the team marked their words as danger that the service missed",
    "referral-full": "They referred themselves",
    "referral-call-me": "They asked us to call them",
    "referral-professional": "A professional referred them",
    "referral-unfinished": "They began to refer themselves and did not finish",
}

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

SPEAKERS: Final = {
    "child": "A child",
    "parent": "A parent or carer",
    "young-person": "A young person",
    "bystander": "Somebody who saw or heard it",
    "worker": "A professional",
    "harmer": "One who may have done harm",
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
    "looked": "opened this case",
}

CONSENTS: Final = {
    "given": "Agreed to be texted",
    "stopped": "Texted STOP: cannot be texted, telephone",
    "unasked": "Not asked about check-ins; may be answered",
}
SAFE: Final = {
    "safe": "Said to be safe to text",
    "unsafe": "Marked not safe to text",
    "unknown": "Not known whether texting is safe",
}
CHANNELS: Final = {"sms": "Text", "web": "Web chat"}
PARTNERS: Final = {
    "health": "Health (health visitor, GP, school nurse)",
    "school": "School or nursery",
    "voluntary": "Voluntary and community groups",
}
CONTACT_HOW: Final = {"call": "Call them", "text": "Text them", "either": "Call or text"}
REFERRAL_HOW: Final = {
    "full": "Finished",
    "call-me": "Ended early: they asked us to call",
    "unfinished": "Not finished: what they had answered by the next day",
}
DONE: Final = {
    "code": "Your second factor is set up. Your other sessions have ended.",
    "staff-end": "They are signed out everywhere.",
    "staff-code": "Their code is taken away, and they are signed out.",
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
ACTIONS: Final = {
    "sign-in": "Signed in",
    "sign-in.refused": "Sign-in refused",
    "sign-in.half": "Gave the password; the code is to come",
    "code.set-up": "Set up a second factor",
    "code.refused": "A code was refused",
    "code.taken-away": "Took a second factor away",
    "session.end-all": "Ended all sessions of a person",
    "staff.view": "Looked at the staff accounts",
    "user.role": "Role changed by the council's groups",
    "user.close": "Account closed",
    "user.open": "Account opened again",
    "sign-out": "Signed out",
    "user.add": "Account made",
    "inbox.view": "Looked at the inbox",
    "people.enrol": "Enrolled families",
    "enrol.view": "Looked at enrolling",
    "directory.flagged": "A family did not get through to this service, or was told something wrong of it",
    "directory.import": "Took services in",
    "directory.view": "Looked at the directory",
    "directory.entry": "Opened an entry of the directory",
    "directory.edited": "Changed an entry",
    "directory.merged": "Merged an entry into another",
    "directory.unmerged": "Took back what was said of two entries",
    "directory.apart": "Said that two entries are two",
    "directory.wrong": "A family said that an entry is wrong",
    "directory.wrong-settled": "Settled what a family said is wrong with an entry",
    "directory.private": "Changed what only staff read of an entry",
    "directory.checked": "Checked an entry",
    "directory.off": "Took an entry off",
    "directory.on": "Put an entry back on",
    "directory.confirmed": "An organisation confirmed its entry",
    "directory.corrected": "A trusted organisation changed its entry",
    "directory.proposed": "An organisation asked to change its entry",
    "directory.approved": "Approved what an organisation asked for",
    "directory.refused": "Refused what an organisation asked for",
    "directory.provider": "Changed who keeps an organisation's entries",
    "directory.link": "Sent an organisation its link",
    "directory.undone": "Put back how an entry was",
    "people.upload": "Sent a sheet of families to look at",
    "list.view": "Looked at the no-reply list",
    "list.take-off": "Took a check-in off the no-reply list",
    "ledger.view": "Looked at the ledger",
    "audit.view": "Looked at the audit",
    "keys.rotate": "Sealed everything again under a new key",
    "audit.verify": "Checked the audit's seals",
    "audit.prune": "Removed audit rows past their time",
    "flows.view": "Looked at the flows",
    "flows.try": "Tried a flow",
    "case.view": "Opened a case",
    "case.claimed": "Claimed a case",
    "case.handed-back": "Handed a case back",
    "case.replied": "Replied to the family",
    "case.note": "Wrote a private note",
    "case.closed": "Closed a case",
    "case.front-door": "Kept when the front door accepted a case",
    "case.offered": "Offered a case to a colleague",
    "case.accepted": "Took over a case that was offered",
    "case.declined": "Declined a case that was offered",
    "case.withdrawn": "Took an offer of a case back",
    "case.offer-back": "An offer of a case ended: the colleague is away",
    "case.returned": "A case returned to the team: its worker is away",
    "case.call-planned": "Planned a call",
    "case.called": "Told how a call went",
    "case.way-triaged": "Triaged a referral",
    "case.way-assigned": "Assigned a referral",
    "case.way-help-secured": "Kept that early help is in place",
    "case.way-engaged": "Kept that a family is taking part",
    "case.way-reviewed": "Kept a review of a referral",
    "case.way-passed": "Passed a referral to the front door",
    "case.way-returned": "Kept that the front door gave a referral back",
    "log.view": "Looked at the contact log",
    "log.open": "Opened a logged contact",
    "log.form": "Opened the form to log a contact",
    "feedback.view": "Read feedback of families",
    "feedback.answer": "Answered feedback in public",
    "feedback.aside": "Put feedback aside, or took its answer down",
    "log.add": "Logged a contact",
    "log.reviewed": "Reviewed a logged contact",
    "team.view": "Looked at the team",
    "team.away": "Said who is away",
    "team.back": "Said who is back",
    "person.view": "Opened a person",
    "person.data": "Opened what is held of a person, to give or to erase",
    "person.export": "Exported what is held of a person",
    "person.erased": "Erased a person",
    "person.held": "Put a legal hold",
    "person.released": "Lifted a legal hold",
    "password.again": "Gave the password again",
    "password.refused": "Gave a wrong password again",
    "retention.counted": "Counted what is past its time; removed nothing",
    "retention.removed": "Removed what was past its time",
    "person.words": "Searched one person's messages",
    "search.view": "Opened the search",
    "people.search": "Searched for people",
    "case.acknowledged": "Acknowledged an alert",
    "contact.view": "Looked at who is told",
    "contact.change": "Changed how somebody is told",
    "conversations.view": "Looked at the list of conversations",
    "conversation.view": "Opened a conversation",
    "review.view": "Opened a message or case to mark it",
    "review.missed": "Marked danger as missed",
    "review.false-alarm": "Marked a false alarm",
    "review.taken-back": "Took a mark back",
    "review.handled": "Marked a review as handled",
    "review.reopened": "Opened a review again",
    "reviews.view": "Looked at the reviews",
    "reviews.export": "Exported marked messages",
}

# Where the audit is not what was sealed.
BROKEN: Final = {
    "seal-missing": "The seal is missing, with whatever it held",
    "seal-changed": "The seal was changed, or its key is missing",
    "removed": "Rows were taken away",
    "added": "Rows were added",
    "changed": "A row was changed",
    "head": "Not the seal that was told to the log",
}

# What can be marked of a message or a case.
MISSED: Final = {
    "urgent": "This was danger and was missed: urgent",
    "concern": "This was danger and was missed: concern",
}
MISSED_HINTS: Final = {
    "urgent": "Somebody may come to serious harm today.",
    "concern": "A person should look within the working day.",
}

# Tongues by their code, in English, for those who plan a call. Others are shown by their code.
LANGUAGES: Final = {
    "am": "Amharic", "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ckb": "Kurdish (Sorani)", "de": "German",
    "en": "English", "es": "Spanish", "fa": "Persian", "fr": "French", "gu": "Gujarati", "hi": "Hindi",
    "hu": "Hungarian", "it": "Italian", "ku": "Kurdish", "lt": "Lithuanian", "ne": "Nepali", "pa": "Punjabi",
    "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "so": "Somali",
    "sq": "Albanian", "sw": "Swahili", "ta": "Tamil", "ti": "Tigrinya", "tr": "Turkish", "uk": "Ukrainian",
    "ur": "Urdu", "ur-Latn": "Urdu in Latin letters", "vi": "Vietnamese", "yo": "Yoruba", "zh": "Chinese",
}  # fmt: skip

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
