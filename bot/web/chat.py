"""The family's web chat: pages and posts over `bot.turn.chat`. All of it works without JavaScript.

The chat's token lives in one cookie that ends with the browser, and is in no page and no address. A post is answered
with the conversation: by a redirect for a form, as JSON for the page's own script.
"""

import secrets
from datetime import UTC, datetime, timedelta

import structlog
from flask import Blueprint, Response, current_app, get_template_attribute, jsonify, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as AnyResponse

from bot.store.database import DatabaseError
from bot.turn.chat import Bubble, bubbles, is_token, new_token, post
from bot.web.here import house
from bot.web.linking import linked, web_link
from bot.web.pace import Pace
from bot.web.security import FormTooOld
from flows.wording import RIGHT_TO_LEFT
from messages.clean import clean

log = structlog.get_logger()
pages = Blueprint("chat", __name__)
NEUTRAL = "https://www.bbc.co.uk/weather"
PACE = "thrive_chat_pace"
OVERLAP = timedelta(minutes=2)  # rows commit a little later than the instant they carry; the page knows what it has

pages.add_app_template_filter(linked, "linked")
pages.add_app_template_filter(web_link, "web_link")


@pages.record_once
def _pace(state: BlueprintSetupState) -> None:
    state.app.extensions[PACE] = Pace()


@pages.app_template_filter("direction_of")
def direction_of(language: str) -> str:
    """`rtl` or `ltr`, of one message's own language."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


@pages.get("/")
def conversation() -> Response:
    return _page(token_held() or new_token())


@pages.post("/chat")
def take() -> AnyResponse:
    """Take in a post. Until this answers well the words are the browser's to keep, and the page says so."""
    token = token_held() or new_token()
    words = request.form.get("text", "")
    if not clean(words):
        return _not_taken(token, "empty", words, 422)
    if (seconds := _too_fast(words)) > 0:
        answer = _not_taken(token, "many", words, 429)
        answer.headers["Retry-After"] = str(seconds)
        return answer
    try:
        post(house(), token, words, request.form.get("client_id", ""))
    except DatabaseError as fault:
        log.error("chat post not stored", fault=type(fault).__name__)
        return _not_taken(token, "away", words, 503)
    if _wants_json():
        return keep_token(_told(bubbles(house(), token, after=_cursor(request.form.get("after")))), token)
    return keep_token(redirect("/#latest", 303), token)


@pages.get("/chat/messages")
def messages() -> AnyResponse:
    """What the page does not have yet, as JSON; also a fresh form token, for a page that was open too long."""
    token = token_held()
    if token is None:
        return _told([])
    return _told(bubbles(house(), token, after=_cursor(request.args.get("after"))))


@pages.post("/chat/exit")
def leave() -> AnyResponse:
    """End the chat on this device and go somewhere neutral.

    By a Refresh header rather than a redirect: our policy lets forms go to ourselves alone, browsers hold redirects
    to it, and a refresh takes this page's place in the history.
    """
    settings = house().settings
    response = Response(render_template("chat/left.html", address=NEUTRAL))
    response.headers["Refresh"] = f"0; url={NEUTRAL}"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Clear-Site-Data"] = '"cookies", "storage", "cache"'
    for name in (cookie_name(), "__Host-form" if settings.secure else "form"):
        response.delete_cookie(name, secure=settings.secure, httponly=True, samesite="Lax")
    return response


def too_old(fault: FormTooOld) -> AnyResponse | None:
    """The answer where a form's token was refused on a page of ours; None where the usual page will do.

    Leaving always works: it takes nothing and gives nothing. Words that were not taken come back in their box.
    """
    del fault
    if request.method != "POST":
        return None
    if request.path == "/chat/exit":
        return leave()
    if request.path == "/chat":
        return _not_taken(token_held() or new_token(), "old", request.form.get("text", ""), 403)
    return None


def cookie_name() -> str:
    return "__Host-chat" if house().settings.secure else "chat"


def has_chat() -> bool:
    """Whether this browser holds a conversation's token."""
    return token_held() is not None


def token_held() -> str | None:
    """The token of the conversation that this browser is in; None for none."""
    held = request.cookies.get(cookie_name(), "")
    return held if is_token(held) else None


def keep_token(response: AnyResponse, token: str) -> AnyResponse:
    """A cookie of the session: it ends with the browser, so that a shared device keeps nothing."""
    if token_held() != token:
        response.set_cookie(cookie_name(), token, secure=house().settings.secure, httponly=True, samesite="Lax")
    return response


def _page(token: str, *, fault: str = "", words: str = "", status: int = 200) -> Response:
    told = bubbles(house(), token)
    theirs = [at for at, bubble in enumerate(told) if not bubble.ours]
    page = render_template(
        "chat/page.html", bubbles=told, latest=theirs[-1] if theirs else -1, cursor=_cursor_of(told), fault=fault,
        error=bool(fault), found=any(bubble.listings for bubble in told), words=words,
        form_id=secrets.token_urlsafe(12), leave_for=NEUTRAL, phone=_phone(),
    )  # fmt: skip
    response = Response(page, status)
    keep_token(response, token)
    return response


def _phone() -> str:
    """The council's number, for a page that may find later that nothing can be saved."""
    here = house()
    return here.live.of(here.db).compiled.council.phone


def _not_taken(token: str, fault: str, words: str, status: int) -> AnyResponse:
    """Say why, with the words back in their box."""
    if _wants_json():
        response = jsonify({"fault": fault})
        response.status_code = status
        return response
    if fault == "away":
        from bot.web.public import away_page

        return Response(away_page(words), status)
    return _page(token, fault=fault, words=words, status=status)


def _told(news: list[Bubble]) -> AnyResponse:
    bubble = get_template_attribute("chat/parts.html", "bubble")
    form_id = secrets.token_urlsafe(12)
    return jsonify(
        {
            "cursor": _cursor_of(news),
            "token": current_app.jinja_env.globals["csrf_token"](),  # type: ignore[operator]  # set by `protect`
            "bubbles": [
                {"id": b.id, "ours": b.ours, "asks": bool(b.choices), "html": str(bubble(b, form_id))} for b in news
            ],
        }
    )


def _cursor_of(told: list[Bubble]) -> int:
    """How far the page has come: milliseconds since 1970 of the newest that was shown; 0 for nothing."""
    return max((int(b.shown_at.timestamp() * 1000) for b in told), default=0)


def _cursor(given: str | None) -> datetime | None:
    """From where to tell again: a little before the cursor. None, the whole conversation, for what is no cursor."""
    if not given or not given.isascii() or not given.isdigit() or len(given) > 14:
        return None
    return datetime.fromtimestamp(int(given) / 1000, UTC) - OVERLAP


def too_many_posts() -> bool:
    """Count a post that holds no words; whether it is one too many."""
    return _seconds_to_wait() > 0


def _seconds_to_wait() -> int:
    pace: Pace = current_app.extensions[PACE]
    return pace.wait(token_held(), request.remote_addr, house().clock.now())


def _too_fast(words: str) -> int:
    """Seconds to wait, 0 for none. Words of danger never wait."""
    here, seconds = house(), _seconds_to_wait()
    if seconds and here.live.of(here.db).assets.lexicon.screen([clean(words)]).risk != "none":
        return 0
    return seconds


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
