"""Text messages by Twilio: the one door to its library.

Sending, listing and webhook signatures use Twilio's own client and validator. What a try's outcome means is decided in
`messages/twilio_outcome.py`, on the HTTP answer itself, because the library's exceptions drop its headers. What
webhooks say is read in `messages/twilio_webhooks.py`.
"""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from requests import PreparedRequest
from requests import Response as Answer
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from messages.addresses import read_phone
from messages.channel import Accepted, CalledBack, ChannelError, ChannelUnknown, Inbound, Outgoing, Sighting
from messages.clean import SIGNED_CHARACTERS, clean
from messages.sms import plain
from messages.status import event_of
from messages.twilio_outcome import no_answer, refusal
from messages.twilio_webhooks import parse_count, parse_inbound, parse_status

_MOST_LISTED: Final = 1_000  # of one address; a family has tens
_PAGE: Final = 200
# The provider's clock and ours differ, and its times are whole seconds.
_CLOCKS_DIFFER_BY: Final = timedelta(minutes=2)
_OK: Final = range(200, 300)

__all__ = ["TwilioSms", "parse_inbound", "parse_status", "sign", "verify"]


class TwilioSms:
    """The SMS channel. Threads may share one.

    `sender` is a number in E.164, a short code, or a messaging service (MG...). `api_base` may carry a path.
    `status_callback_base` is the public address of this installation. Raises ValueError for a sender that nobody can
    answer (a name) and for an `api_base` that is no http address.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        sender: str,
        api_base: str,
        status_callback_base: str,
        timeout_seconds: float = 10.0,
    ) -> None:
        if urlsplit(api_base).scheme not in {"http", "https"} or not urlsplit(api_base).netloc:
            message = "the provider's address must begin with http:// or https://"
            raise ValueError(message)
        self._sender = _sender_field(sender)
        self._callback = f"{status_callback_base.rstrip('/')}/sms/status"
        # A mapping of its own: the library would read the environment, and an edge set there would bend `api_base`.
        self._door = _Door()
        self._client: Any = Client(
            account_sid, auth_token, http_client=_OneCall(timeout_seconds, self._door),
            environment={"TWILIO_REGION": ""},
        )  # fmt: skip
        self._client.api.base_url = api_base.rstrip("/")
        _quiet_url_logs()

    def send(self, outgoing: Outgoing) -> Accepted:
        """POST once. See `Channel.send`; an answer without a message id is an answer that nobody has."""
        with self._door.watched(), _reading():
            message = self._client.messages.create(
                to=outgoing.to,
                body=outgoing.body,
                status_callback=f"{self._callback}?outbox={outgoing.outbox}",
                **self._sender,
            )
            if not isinstance(message.sid, str) or not message.sid:
                raise ChannelUnknown("The provider answered without a message id")
            return Accepted(sid=message.sid, event=event_of(message.status or "") or "accepted")

    def find(self, to: str, body: str, since: datetime) -> list[Sighting]:
        """See `Channel.find`. Two minutes are allowed between the clocks, so a row's own earlier twin can be listed:
        the caller leaves out ids that belong to other rows.

        The whole list to that address is read: the provider's date filter is of the time it was sent on, which a
        message still in its queue does not have.
        """
        earliest, wanted = since - _CLOCKS_DIFFER_BY, _comparable(body)
        with _looking():
            listed = self._client.messages.list(to=to, page_size=_PAGE, limit=_MOST_LISTED)
        sightings = [
            Sighting(
                sid=message.sid,
                to=message.to,
                body=message.body,
                event=event_of(message.status or ""),
                at=message.date_created,
                code=None if message.error_code is None else str(message.error_code),
            )
            for message in reversed(listed)  # newest came first; within one second that order is all there is
            if _is_ours(message) and message.date_created >= earliest and _comparable(message.body) == wanted
        ]
        return sorted(sightings, key=lambda sighting: sighting.at)

    def list_inbound(self, since: datetime) -> list[Inbound]:
        """What families sent in or after the second of `since`, oldest first, whether or not its webhook reached us."""
        since = since.replace(microsecond=0)  # the provider's times have no parts of a second
        with _looking():
            listed = self._client.messages.list(date_sent_after=since, page_size=_PAGE)
        came = [
            Inbound(
                account=message.account_sid or "",
                sid=message.sid,
                sender=message.from_ or "",
                to=message.to or "",
                text=clean(message.body or "", SIGNED_CHARACTERS),
                pictures=parse_count(message.num_media),
                at=message.date_sent or message.date_created,
            )
            for message in reversed(listed)
            if message.direction == "inbound" and message.sid
        ]
        return sorted((one for one in came if one.at is not None and one.at >= since), key=lambda one: one.at or since)

    def called_back(self) -> list[CalledBack] | None:
        """See `AsksOfNumber`. A messaging service and a short code are set up elsewhere at the provider: None.

        https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource: "If an `sms_application_sid` is
        present, we ignore all of the `sms_*_url` values and use those of the application."
        """
        number = self._sender.get("from_", "")
        if not number.startswith("+"):
            return None
        with _looking():
            listed = self._client.incoming_phone_numbers.list(phone_number=number, limit=_PAGE)
        return [
            CalledBack(
                url=one.sms_url or "",
                method=one.sms_method or "",
                fallback=one.sms_fallback_url or "",
                application=one.sms_application_sid or "",
            )
            for one in listed
            if one.phone_number == number
        ]


def verify(url: str, form: Mapping[str, str], signature: str | None, tokens: Sequence[str]) -> bool:
    """True where the webhook was signed with one of the tokens (two while they are being changed). Never raises.

    `url` is the public address with path and query as they were received; `form` every posted field.
    """
    if not signature:
        return False
    try:
        return any(bool(RequestValidator(token).validate(url, form, signature)) for token in tokens if token)
    except (ValueError, TypeError):  # an address or a field that cannot be signed was not signed by Twilio
        return False


def sign(url: str, form: Mapping[str, str], token: str) -> str:
    """The signature Twilio would put in X-Twilio-Signature: for the stand-in and for tests."""
    return str(RequestValidator(token).compute_signature(url, form))


def _sender_field(sender: str) -> dict[str, str]:
    if sender.startswith("MG"):
        return {"messaging_service_sid": sender}
    phone = read_phone(sender)
    if phone.kind == "shortcode":
        return {"from_": sender.strip()}
    if phone.e164 is None:
        message = "the sender must be a number or a messaging service (MG...): families cannot answer a name"
        raise ValueError(message)
    return {"from_": phone.e164}


def _is_ours(message: Any) -> bool:
    whole = message.sid and message.to and message.body is not None and message.date_created
    return bool(whole) and str(message.direction).startswith("outbound")


def _comparable(body: str) -> str:
    """Bodies as the provider may list them: it can trim, and its smart encoding makes quotes plain."""
    return " ".join(plain(body).split())


@contextmanager
def _reading() -> Iterator[None]:
    """An accepted call whose answer cannot be read is unknown: the message may well be on its way."""
    try:
        yield
    except (ChannelError, ChannelUnknown):
        raise
    except (TwilioException, ValueError, TypeError, AttributeError, KeyError):
        raise ChannelUnknown("The provider's answer could not be read") from None


@contextmanager
def _looking() -> Iterator[None]:
    """A list that could not be read changed nothing and refuses no message: ask again later."""
    try:
        with _reading():
            yield
    except ChannelError as error:
        raise ChannelError(
            permanent=False, code=error.code, reason=error.reason, retry_after_seconds=error.retry_after_seconds,
            busy=error.busy,
        ) from None  # fmt: skip
    except ChannelUnknown as unknown:
        raise ChannelError(permanent=False, code=None, reason=unknown.reason) from None


class _Door(HTTPAdapter):
    """What every call goes through on its way to a socket: it knows whether this thread's call came so far."""

    def __init__(self) -> None:
        super().__init__(pool_maxsize=16, max_retries=0)  # a retry here would be a second message
        self._here = threading.local()

    def send(
        self, request: PreparedRequest, stream: bool = False, timeout: Any = None, verify: Any = True, cert: Any = None,
        proxies: Any = None,
    ) -> Answer:  # fmt: skip
        """See `HTTPAdapter.send`."""
        self._here.passed = True
        return super().send(request, stream, timeout, verify, cert, proxies)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """What breaks before the door, breaks with nothing sent: it may be tried again."""
        self._here.passed = False
        try:
            yield
        except Exception as fault:  # whatever it is, it goes on: only whether it came before the door is asked
            if self._here.passed:
                raise
            first = fault.__context__ if isinstance(fault, ChannelUnknown) else fault  # what `_reading` was told
            # From None: the fault's own words may hold the message or the number; its type's name holds none.
            reason = f"It broke before the provider was called ({type(first or fault).__name__})"
            raise ChannelError(permanent=False, code=None, reason=reason) from None


class _NoAddresses(logging.Filter):
    """urllib3 logs each address it calls, and a listing's address carries the family's number."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


_NO_ADDRESSES: Final = _NoAddresses()


def _quiet_url_logs() -> None:
    logging.getLogger("urllib3.connectionpool").addFilter(_NO_ADDRESSES)


class _OneCall(TwilioHttpClient):  # type: ignore[misc]
    """The library's HTTP client with a timeout, one try, no redirects and no log lines.

    It raises ChannelError or ChannelUnknown itself, so every answer that the library reads is a success.
    """

    def __init__(self, timeout_seconds: float, door: "_Door") -> None:
        super().__init__(timeout=timeout_seconds)
        self.session.mount("https://", door)
        self.session.mount("http://", door)

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """See `TwilioHttpClient.request`. Redirects are never followed: our token would go to another host."""
        del allow_redirects
        try:
            response = super().request(method, url, params, data, headers, auth, timeout, allow_redirects=False)
        except RequestException as failure:
            # From None: the failure's own words have the address in them, and a listing's address has a number.
            raise no_answer(failure) from None
        if response.status_code in _OK:
            return response
        raise refusal(response.status_code, response.text, response.headers)

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Nothing: the library would write the words and the number."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Nothing: the library would write the words and the number."""
