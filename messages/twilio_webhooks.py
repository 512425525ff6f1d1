"""What Twilio's webhooks say, read with nothing taken on trust but the signature already checked.

Fields: Twilio, "Messaging webhooks" and "Track the message status of outbound messages". Unknown fields are left alone.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from messages.channel import Inbound, Malformed, Receipt
from messages.clean import SIGNED_CHARACTERS, clean
from messages.status import event_of

_LONGEST_ID: Final = 64
_MOST_MEDIA: Final = 10  # the provider's own limit
_OPT_OUTS: Final = frozenset({"STOP", "START", "HELP"})
_MOST_DIGITS: Final = 18  # within a 64-bit id


def parse_inbound(form: Mapping[str, str]) -> Inbound:
    """An incoming-message webhook. Raises Malformed without MessageSid or From, or with an id no Twilio gives."""
    sid = _id(form, "MessageSid", "SmsMessageSid", "SmsSid")
    sender = clean(form.get("From", ""))
    if not sender:
        raise Malformed("From is missing")
    account = clean(form.get("AccountSid", ""))
    if len(account) > _LONGEST_ID:
        raise Malformed("AccountSid is too long")
    media = tuple(clean(form[key]) for key in _media_keys(form))
    return Inbound(
        account=account,
        sid=sid,
        sender=sender,
        to=clean(form.get("To", "")),
        text=clean(form.get("Body", ""), SIGNED_CHARACTERS),
        pictures=max(parse_count(form.get("NumMedia")), len(media)),
        media_types=media,
        opt_out=told if (told := clean(form.get("OptOutType", "")).upper()) in _OPT_OUTS else None,
    )


def parse_status(form: Mapping[str, str], args: Mapping[str, str]) -> Receipt:
    """A status callback. `args` is the query of its address. Raises Malformed without MessageSid or MessageStatus."""
    sid = _id(form, "MessageSid", "SmsSid")
    word = clean(form.get("MessageStatus") or form.get("SmsStatus") or "")
    if not word:
        raise Malformed("MessageStatus is missing")
    return Receipt(
        outbox=_number(args.get("outbox")),
        sid=sid,
        word=word,
        event=event_of(word),
        code=clean(form.get("ErrorCode", "")) or None,
    )


def _id(form: Mapping[str, str], *names: str) -> str:
    for name in names:
        if value := clean(form.get(name, "")):
            if len(value) > _LONGEST_ID:
                raise Malformed(f"{name} is too long")
            return value
    raise Malformed(f"{names[0]} is missing")


def _media_keys(form: Mapping[str, str]) -> Iterator[str]:
    for number in range(_MOST_MEDIA):
        key = f"MediaContentType{number}"
        if key in form:
            yield key


def parse_count(text: str | None) -> int:
    """NumMedia: a small number as text; 0 for anything else."""
    return min(_number(text) or 0, _MOST_MEDIA)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
