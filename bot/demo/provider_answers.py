"""What Twilio answers: its refusals, its Message as JSON, its pages of a list.

Shapes: Twilio's OpenAPI description of its 2010-04-01 API. Codes and words: its error dictionary.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime
from typing import Final
from urllib.parse import urlencode, urlsplit

from bot.demo.provider_store import Message
from messages.addresses import read_phone
from messages.sms import segments

REFUSALS: Final[Mapping[int, str]] = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    21211: "Invalid 'To' Phone Number",
    21266: "'To' and 'From' numbers cannot be the same",
    21602: "Message body is required",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination",
    21609: "The 'StatusCallback' URL is not a valid URL",
    21610: "Attempt to send to unsubscribed recipient",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
}

_E164: Final = re.compile(r"\+[1-9]\d{6,14}")
_SERVICE: Final = re.compile(r"MG[0-9a-fA-F]{32}")
_MOST_CHARACTERS: Final = 1_600
_MOST_A_PAGE: Final = 1_000
_A_PAGE: Final = 50


def refusal_of(form: Mapping[str, str], number: str, *, blocked: Callable[[str], bool]) -> int | None:
    """The code Twilio would refuse this message with, or None. The first fault decides."""
    to, sender = form.get("To", ""), form.get("From", "")
    service, callback = form.get("MessagingServiceSid", ""), form.get("StatusCallback", "")
    checks = (
        (not to, 21604),
        (not sender and not service, 21603),
        (not form.get("Body"), 21602),
        (_E164.fullmatch(to) is None, 21211),
        (to == (sender or number), 21266),
        (bool(sender) and sender != number, 21606),
        (bool(service) and _SERVICE.fullmatch(service) is None, 21606),
        (len(form.get("Body", "")) > _MOST_CHARACTERS, 21617),
        (bool(callback) and not _is_callable(callback), 21609),
        (read_phone(to).kind == "landline", 21614),
        (blocked(to), 21610),
    )
    return next((code for wrong, code in checks if wrong), None)


def message_json(message: Message, account: str) -> dict[str, object]:
    """The Message resource. A service's sender is not chosen yet while the message is only accepted."""
    uri = f"/2010-04-01/Accounts/{account}/Messages/{message.sid}"
    waiting = message.status == "accepted"
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": _rfc2822(message.created_at),
        "date_sent": None if message.sent_at is None else _rfc2822(message.sent_at),
        "date_updated": _rfc2822(message.updated_at),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None,
        "from": None if waiting else message.sender,
        "messaging_service_sid": message.service,
        "num_media": str(message.media),
        "num_segments": "0" if waiting else str(segments(message.body)),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.recipient,
        "uri": f"{uri}.json",
    }


def listed(messages: Sequence[Message], asked: Mapping[str, str], account: str) -> dict[str, object]:
    """One page of the list, newest first, with the addresses of its neighbours."""
    found = [message for message in messages if _sent_when_asked(message, asked)]
    size = min(max(_whole(asked.get("PageSize"), _A_PAGE), 1), _MOST_A_PAGE)
    page = _whole(asked.get("Page"), 0)
    start = page * size
    shown = found[start : start + size]
    more = start + size < len(found)

    def uri(number: int) -> str:
        query = urlencode(dict(asked) | {"PageSize": size, "Page": number})
        return f"/2010-04-01/Accounts/{account}/Messages.json?{query}"

    return {
        "end": max(start + len(shown) - 1, 0),
        "first_page_uri": uri(0),
        "messages": [message_json(message, account) for message in shown],
        "next_page_uri": uri(page + 1) if more else None,
        "page": page,
        "page_size": size,
        "previous_page_uri": uri(page - 1) if page else None,
        "start": start,
        "uri": uri(page),
    }


def numbers_json(number: str, inbound_url: str, account: str, *, wanted: str, application: str) -> dict[str, object]:
    """The list of the account's numbers: the one there is, where it is the one that is wanted."""
    owned = {
        "account_sid": account, "phone_number": number, "sms_url": inbound_url, "sms_method": "POST",
        "sms_fallback_url": "", "sms_fallback_method": "POST", "sms_application_sid": application,
    }  # fmt: skip
    uri = f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json"
    return {
        "end": 0, "first_page_uri": uri, "incoming_phone_numbers": [owned] if wanted == number else [],
        "next_page_uri": None, "page": 0, "page_size": _A_PAGE, "previous_page_uri": None, "start": 0, "uri": uri,
    }  # fmt: skip


def _sent_when_asked(message: Message, asked: Mapping[str, str]) -> bool:
    """DateSent, DateSent< and DateSent>: a message not sent yet has no such date and is in none of them."""
    on, before, after = (_instant(asked.get(name)) for name in ("DateSent", "DateSent<", "DateSent>"))
    if on is None and before is None and after is None:
        return True
    if message.sent_at is None:
        return False
    return (
        (on is None or message.sent_at.date() == on.date())
        and (before is None or message.sent_at <= before + timedelta(days=1 if before.time() == time.min else 0))
        and (after is None or message.sent_at >= after)
    )


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else otherwise


def _is_callable(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _rfc2822(at: datetime) -> str:
    return format_datetime(at.replace(microsecond=0))
