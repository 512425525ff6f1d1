"""What staff read for the codes of a case: on the desk's pages, in a document and in a sheet for another system.

English source texts; the desk's pages put them through `_()`.
"""

from typing import Final

from bot.store.desk import BY_PROFESSIONAL

LEVELS: Final = {"urgent": "Urgent", "concern": "Concern", "routine": "Routine"}

KINDS: Final = {
    "escalation": "Escalation",
    "referral": "Self-referral",
    "professional": "Referral by a professional",
    "request": "Request",
}


def kind_of(kind: str, reason: str) -> str:
    """Of KINDS: what a case is to staff, for whom a professional's referral is none of a family's own."""
    return "professional" if reason == BY_PROFESSIONAL else kind


STATES: Final = {"open": "Not claimed", "claimed": "Claimed", "closed": "Closed"}

REASONS: Final = {
    "danger": "Their words show danger",
    "danger-entry": "Words of danger on the public form about an entry: we do not know who wrote",
    "danger-provider": "Words of danger from an organisation, on the page of its private link",
    "danger-professional": "Words of danger in a professional's form that could not be taken: read it now",
    "low-score": "They gave a low score when we asked how things are",
    "score-fall": "Their score has fallen since the last one",
    "words-of-need": "Their words ask for help with something",
    "asked-for-person": "They asked for a person",
    "not-contacted": "Nobody has been in touch with them, though they were told somebody would be",
    "needs-interpreter": "They need a person who speaks their language",
    "wrong-person": "They say that this is not the person we think",
    "wrote-after-stop": "They wrote after texting STOP",
    "many-texts": "Many texts in a short time, or the same one over and over: no automatic answer goes, read them",
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
    BY_PROFESSIONAL: "A professional referred them",
    "referral-unfinished": "They began to refer themselves and did not finish",
}

SPEAKERS: Final = {
    "child": "A child",
    "parent": "A parent or carer",
    "young-person": "A young person",
    "bystander": "Somebody who saw or heard it",
    "worker": "A professional",
    "harmer": "One who may have done harm",
}

SAFE: Final = {
    "safe": "Said to be safe to text",
    "unsafe": "Marked not safe to text",
    "unknown": "Not known whether texting is safe",
}

PARTNERS: Final = {
    "health": "Health (health visitor, GP, school nurse)",
    "school": "School or nursery",
    "voluntary": "Voluntary and community groups",
}

CONTACT_HOW: Final = {"call": "Call them", "text": "Text them", "either": "Call or text"}

# Tongues by their code, in English, for those who plan a call. Others are shown by their code.
LANGUAGES: Final = {
    "am": "Amharic", "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ckb": "Kurdish (Sorani)", "de": "German",
    "en": "English", "es": "Spanish", "fa": "Persian", "fr": "French", "gu": "Gujarati", "hi": "Hindi",
    "hu": "Hungarian", "it": "Italian", "ku": "Kurdish", "lt": "Lithuanian", "ne": "Nepali", "pa": "Punjabi",
    "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "so": "Somali",
    "sq": "Albanian", "sw": "Swahili", "ta": "Tamil", "ti": "Tigrinya", "tr": "Turkish", "uk": "Ukrainian",
    "ur": "Urdu", "ur-Latn": "Urdu in Latin letters", "vi": "Vietnamese", "yo": "Yoruba", "zh": "Chinese",
}  # fmt: skip
