"""The stand-in's own calls to the product: signed webhooks over real HTTP, as Twilio makes them."""

import http.client
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode, urlsplit

import structlog

from bot.demo.provider_store import Message, Store, Webhook
from messages.twilio_sms import sign

_log = structlog.get_logger(__name__)

_ANSWER_WITHIN_SECONDS: Final = 15.0  # Twilio gives a messaging webhook fifteen seconds
_IDLE_SECONDS: Final = 1.0
_CONNECT_TRIES: Final = 2  # and tries a connection that was refused once more


class Courier:
    """Makes due calls in a thread of its own; what is not made when the process dies is made by the next one."""

    def __init__(
        self, store: Store, *, account_sid: str, auth_token: str, pace_seconds: float, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._now = now
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._pace_seconds = pace_seconds
        self._wake = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; a second start does nothing. Call it after a server has forked."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="stand-in courier", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stopped = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def tell_status(self, message: Message, words: Sequence[str], error_code: int | None) -> None:
        """Queue the callbacks of a message, one pace apart, in this order. One without an address hears nothing."""
        now = time.time()
        hooks = [
            (
                "status",
                message.sid,
                message.callback or "",
                status_form(message, word, error_code, self._account_sid),
                now + self._pace_seconds * place,
            )
            for place, word in enumerate(words, start=1)
        ]
        self._store.add_webhooks(hooks)
        self._wake.set()

    def tell_inbound(self, message: Message, url: str, opt_out: str | None, media: Sequence[str] = ()) -> int:
        """Queue the webhook of an incoming text; returns its number."""
        form = inbound_form(message, opt_out, self._account_sid, media)
        number = self._store.add_webhooks([("inbound", message.sid, url, form, time.time())])[0]
        self._wake.set()
        return number

    def _run(self) -> None:
        while not self._stopped:
            for hook in self._store.due_webhooks(time.time()):
                try:
                    self._make(hook)
                except Exception as fault:  # noqa: BLE001 - one call that cannot be made must not end the others
                    self._store.webhook_made(hook.number, answer=None, done=True, due=time.time())
                    _log.error("webhook broke", kind=hook.kind, sid=hook.sid, fault=type(fault).__name__)
                if self._stopped:
                    return
            due = self._store.next_webhook_due()
            self._wake.wait(_IDLE_SECONDS if due is None else min(_IDLE_SECONDS, max(0.0, due - time.time())))
            self._wake.clear()

    def _make(self, hook: Webhook) -> None:
        if hook.kind == "status":
            code = hook.form.get("ErrorCode")
            word = hook.form["MessageStatus"]
            self._store.progress(hook.sid, word, now=self._now(), error_code=None if code is None else int(code))
        answer = self._call(hook.url, hook.form) if hook.url else 0
        done = answer is not None or hook.tries + 1 >= _CONNECT_TRIES
        self._store.webhook_made(hook.number, answer=answer, done=done, due=time.time())
        _log.info("webhook", kind=hook.kind, sid=hook.sid, answer=answer)

    def _call(self, url: str, form: Mapping[str, str]) -> int | None:
        """The HTTP status; None where nobody was there, 504 where nobody answered in time."""
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_ANSWER_WITHIN_SECONDS)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "X-Twilio-Signature": sign(url, form, self._auth_token),
            "User-Agent": "TwilioProxy/1.1",
        }
        try:
            connection.connect()
        except OSError:
            return None
        try:
            connection.request("POST", target, urlencode(form), headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 504
        finally:
            connection.close()


def status_form(message: Message, word: str, error_code: int | None, account_sid: str) -> dict[str, str]:
    """The fields of a status callback."""
    form = {
        "AccountSid": account_sid,
        "ApiVersion": "2010-04-01",
        "From": message.sender or "",
        "To": message.recipient,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": word,
        "SmsStatus": word,
    }
    if message.service:
        form["MessagingServiceSid"] = message.service
    if error_code is not None and word in {"failed", "undelivered"}:
        form["ErrorCode"] = str(error_code)
    return form


def inbound_form(message: Message, opt_out: str | None, account_sid: str, media: Sequence[str] = ()) -> dict[str, str]:
    """The fields of an incoming-message webhook; `media` is the types of what came beside the words."""
    form = {
        "AccountSid": account_sid,
        "ApiVersion": "2010-04-01",
        "Body": message.body,
        "From": message.sender or "",
        "FromCountry": "GB",
        "MessageSid": message.sid,
        "NumMedia": str(message.media),
        "NumSegments": "1",
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsStatus": "received",
        "To": message.recipient,
        "ToCountry": "GB",
    }
    for number, kind in enumerate(media):
        lies = f"/2010-04-01/Accounts/{account_sid}/Messages/{message.sid}/Media/ME{number:032x}"
        form |= {f"MediaContentType{number}": kind, f"MediaUrl{number}": f"https://api.twilio.com{lies}"}
    if opt_out is not None:
        form["OptOutType"] = opt_out
    return form
