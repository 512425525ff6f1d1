"""What the outcome of one HTTP call to Twilio means for a message.

The rule: an error is only called an error where the provider certainly did not take the message. Everything else that
is not a clear yes is unknown.
"""

import json
import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Final

from requests.exceptions import ConnectTimeout, ReadTimeout, RequestException
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from messages.channel import ChannelError, ChannelUnknown

_CLIENT_ERRORS: Final = range(400, 500)
_TOO_MANY: Final = 429
_REQUEST_TIMEOUT: Final = 408  # a gateway's: it may have passed the request on
_QUEUE_FULL: Final = "21611"  # the sender's own queue at the provider is full: it empties

# Plain words for the desk, because the provider's own carry the number. Codes: Twilio's error dictionary.
REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "20003": "The provider did not accept our account's name or token",
        "20404": "The provider does not know our account",
        "20429": "The provider asked us to slow down",
        "21211": "The provider says this is not a valid number",
        "21265": "The provider does not text short codes",
        "21266": "The message was addressed to our own number",
        "21408": "Our account may not text that country",
        "21602": "The message had no words",
        "21603": "Our sender is missing",
        "21604": "The message had no number",
        "21606": "Our sender cannot text this number",
        "21608": "A trial account texts only numbers that were confirmed with the provider",
        "21609": "The provider cannot call our public address",
        "21610": "They texted STOP to our number: the provider blocks texts to it",
        "21611": "Too many messages are waiting at the provider",
        "21612": "The provider has no way to this number from our sender",
        "21614": "This is not a mobile number",
        "21617": "The message is longer than 1,600 characters",
        "21635": "This is a landline",
        "21659": "Our sender is not a number of this account",
        "21660": "Our sender is not a number of this account",
        "21703": "Our messaging service has no sender",
        "21704": "Our messaging service has no sender",
        "21705": "Our messaging service is not known to the provider",
        "30002": "Our account is suspended",
        "63038": "Our account has reached its limit for today",
    }
)


def no_answer(failure: RequestException) -> ChannelError | ChannelUnknown:
    """A call that brought no answer at all."""
    if _never_left(failure):
        return ChannelError(permanent=False, code=None, reason="The provider could not be reached")
    if isinstance(failure, ReadTimeout):
        return ChannelUnknown("The provider did not answer in time")
    return ChannelUnknown("The connection to the provider broke before it answered")


def _never_left(failure: RequestException) -> bool:
    """True where no connection was ever made, so that not one byte of the message was sent."""
    if isinstance(failure, ConnectTimeout):
        return True
    link: object = failure
    for _ in range(6):
        if isinstance(link, NewConnectionError | ConnectTimeoutError | ssl.SSLCertVerificationError):
            return True
        arguments = getattr(link, "args", ())
        link = getattr(link, "reason", None) or next((a for a in arguments if isinstance(a, BaseException)), None)
        if link is None:
            return False
    return False


def refusal(status: int, text: str, headers: Mapping[str, str]) -> ChannelError | ChannelUnknown:
    """An answer that is no success. 429 waits; any other 4xx is final; all else may have been taken."""
    code = _code(text)
    if status == _TOO_MANY or code == _QUEUE_FULL:
        return ChannelError(
            permanent=False,
            code=code or str(status),
            reason=REASONS.get(code or "", REASONS["20429"]),
            retry_after_seconds=_retry_after_seconds(headers),
            busy=True,
        )
    if status in _CLIENT_ERRORS and status != _REQUEST_TIMEOUT:
        plain_reason = REASONS.get(code or "", f"The provider refused it (HTTP {status})")
        return ChannelError(permanent=True, code=code or str(status), reason=plain_reason)
    return ChannelUnknown(f"The provider answered HTTP {status}: it may have taken the message")


def _code(text: str) -> str | None:
    """The `code` of Twilio's error body {"code", "message", "more_info", "status"}."""
    try:
        body = json.loads(text)
    except ValueError:
        return None
    code = body.get("code") if isinstance(body, dict) else None
    return str(code) if isinstance(code, int | str) and str(code).isdigit() else None


def _retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds; a date (RFC 9110 allows one) is read against the answer's own Date."""
    given = str(headers.get("Retry-After") or "").strip()
    if given.isascii() and given.isdigit():
        return float(given[:6])
    try:
        return max(0.0, (parsedate_to_datetime(given) - parsedate_to_datetime(str(headers["Date"]))).total_seconds())
    except (ValueError, TypeError, KeyError):
        return None
