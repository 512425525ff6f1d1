"""Pages for anyone: finding help with no chat, privacy, accessibility; and what is said when something goes wrong."""

import structlog
from flask import Blueprint, Response, current_app, jsonify, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from bot.browsing import PAGE, Asked, look, need_groups
from bot.casework import feedback
from bot.clock import local_date
from bot.web import chat, poster, to_phone, wrong
from bot.web.here import house
from bot.web.security import FormTooOld, for_machines
from bot.web.templating import language

log = structlog.get_logger()
pages = Blueprint("pages", __name__)
pages.register_blueprint(to_phone.pages)
pages.register_blueprint(poster.pages)
pages.register_blueprint(wrong.pages)
NOTHING = Markup("")


@pages.app_context_processor
def way_out() -> dict[str, object]:
    """Every page for families can be left at once; only a browser with a conversation needs a form for it."""
    return {"leave_for": chat.NEUTRAL, "has_chat": chat.has_chat()}


@pages.get("/help")
def find_help() -> Response:
    """All needs, or the help there is for one. Words are searched by POST: they stay out of the device's history."""
    return _help(Asked(need=request.args.get("need", "")))


@pages.post("/help")
def search_help() -> Response:
    form = request.form
    skip = form.get("skip", "0")
    return _help(
        Asked(
            text=form.get("text", ""), postcode=form.get("postcode", ""), age=form.get("age", ""),
            need=form.get("need", ""), skip=int(skip) if skip.isascii() and skip.isdigit() and len(skip) < 4 else 0,
        )
    )  # fmt: skip


def _help(asked: Asked) -> Response:
    groups = need_groups(house())
    labels = {need.id: need.label for group in groups for need in group.needs}
    unknown = bool(asked.need) and asked.need not in labels
    answer = None
    if (asked.text.strip() or asked.postcode.strip() or asked.need) and not unknown:
        answer = look(house(), asked, language())
    page = render_template(
        "public/help.html", asked=asked, answer=answer, groups=groups, chosen=labels.get(asked.need), unknown=unknown,
        per_page=PAGE, council=_council(), first=_helps_first(asked) if answer else "",
    )  # fmt: skip
    return Response(page, 404 if unknown else 200)


def _helps_first(asked: Asked) -> str:
    """What helps first with the need that was chosen, and whom to call today; once, and not with further services."""
    here = house()
    wording, text = here.live.of(here.db).compiled.wording, f"self-help.{asked.need}"
    return wording.render(text, {}, language()) if not asked.skip and wording.has(text) else ""


@pages.get("/privacy")
def privacy() -> str:
    return render_template("public/privacy.html", council=_council())


@pages.get("/you-said")
def you_said() -> str:
    """What people said would make this better, and what the team did: nothing that names anybody."""
    asked = request.args.get("page", default=1, type=int)
    said = feedback.you_said(house(), page=asked if 1 <= asked <= 10_000 else 1)
    answers = [(one, local_date(one.settled_at)) for one in said.answers]
    return render_template("public/you_said.html", said=said, answers=answers)


@pages.get("/accessibility")
def accessibility() -> str:
    return render_template("public/accessibility.html", council=_council())


def _council() -> object:
    here = house()
    return here.live.of(here.db).compiled.council


@pages.app_errorhandler(HTTPException)
def fault(problem: HTTPException) -> AnyResponse:
    """Any refusal or fault as a page in kind words, in the same status and with the same headers."""
    if isinstance(problem, SecurityError):  # a name that is not ours: there is no address to make a page's links with
        return BadRequest().get_response()
    if for_machines(request.blueprints):
        return problem.get_response()
    if isinstance(problem, FormTooOld) and (answer := chat.too_old(problem)) is not None:
        return answer
    code = problem.code or 500
    if request.accept_mimetypes.best == "application/json":
        told = jsonify({"fault": {403: "old", 413: "long"}.get(code, "away" if code >= 500 else "refused")})
        told.status_code = code
        return told
    if isinstance(problem, InternalServerError):
        log.error("page failed", fault=type(problem.original_exception or problem).__name__, endpoint=request.endpoint)
    if code >= 500 and request.method == "POST" and request.path == "/chat":
        return Response(away_page(request.form.get("text", "")), code)
    response = problem.get_response()
    try:
        page = render_template("public/fault.html", code=code, old=isinstance(problem, FormTooOld))
    except Exception as broken:  # noqa: BLE001 - a page about a fault must not become another
        log.error("fault page failed", fault=type(broken).__name__)
        page = bare_page()
    response.set_data(page)
    response.content_type = "text/html; charset=utf-8"
    return response


def database_away(problem: Exception) -> AnyResponse:
    """Nothing was stored, and the answer says so: kind to a family, plain to a program, never a stack of code."""
    log.error("database away", fault=type(problem).__name__, endpoint=request.endpoint)
    if for_machines(request.blueprints):
        return Response("away\n", 503, mimetype="text/plain")
    if request.accept_mimetypes.best == "application/json":
        told = jsonify({"fault": "away"})
        told.status_code = 503
        return told
    if "desk" in request.blueprints:
        return Response(_desk_away(request.form.get("words", "")), 503)
    if request.method == "POST":
        return Response(away_page(), 503)
    return Response(bare_page("Sorry, we cannot show this page just now", more=telephone()), 503)


def away_page(words: str = "") -> str:
    """Nothing was saved, because the database is away or full. No template and no translation: both are read from it.

    `words` come back in a box, with a button to send them again.
    """
    box = NOTHING
    if words:
        token = current_app.jinja_env.globals["csrf_token"]()  # type: ignore[operator]  # set by `protect`
        box = _AGAIN.format(token=token, words=words)
    told = "Nothing was saved. Please try again in a minute."
    return bare_page("Sorry, we could not save that just now", told, telephone() + box)


def telephone() -> Markup:
    """The way to a person that needs no computer of ours. From what was published when it was last read."""
    standing = house().live.standing
    if standing is None:
        return NOTHING
    council = standing.compiled.council
    return _TELEPHONE.format(
        phone=council.phone, dial=_dial(council.phone), hours=council.hours_in_words,
        other=council.out_of_hours_phone, dial_other=_dial(council.out_of_hours_phone),
    )  # fmt: skip


def _dial(number: str) -> str:
    return "".join(sign for sign in number if sign in "+0123456789")


def _desk_away(words: str) -> str:
    """For staff: what it means and what was not kept. What they had written comes back, to be copied."""
    box = _TO_COPY.format(words=words) if words else NOTHING
    why = "The disk is full" if house().db.disk_full else "The desk cannot use its database just now"
    told = f"{why}, so nothing was saved, and no page opens: who looked at what must be noted, and cannot be."
    return bare_page("The desk is away for a moment", told, _DESK + box)


def bare_page(
    title: str = "Sorry, something went wrong", words: str = "Please try again in a minute.", more: Markup = NOTHING
) -> str:
    """A page that needs nothing but the style sheet."""
    sheet = current_app.jinja_env.globals["asset"]("vendor/public.css")  # type: ignore[operator]  # set by `build`
    return str(_BARE.format(title=title, words=words, more=more, sheet=sheet, leave=chat.NEUTRAL))


_TELEPHONE = Markup(
    '<p class="govuk-body">You can also telephone us on <a class="govuk-link" href="tel:{dial}">{phone}</a>, {hours}. '
    'At other times telephone <a class="govuk-link" href="tel:{dial_other}">{other}</a>.</p>'
)
_DESK = Markup(
    '<p class="govuk-body">What families wrote before is kept. Texts that come meanwhile are fetched when it is back. '
    "Keep somebody at the telephone until then, and tell whoever runs this service.</p>"
    '<p class="govuk-body"><a class="govuk-link" href="/desk">Try the desk again</a></p>'
)
_TO_COPY = Markup(
    '<div class="govuk-form-group"><label class="govuk-label" for="words">What you wrote, to copy</label>'
    '<textarea class="govuk-textarea" id="words" rows="5" readonly>\n{words}</textarea></div>'
)
_AGAIN = Markup(
    '<form method="post" action="/chat"><input type="hidden" name="csrf_token" value="{token}">'
    '<div class="govuk-form-group"><label class="govuk-label" for="text">Your words</label>'
    '<textarea class="govuk-textarea" id="text" name="text" rows="5">\n{words}</textarea></div>'
    '<button type="submit" class="govuk-button">Send again</button></form>'
)
_BARE = Markup(
    '<!DOCTYPE html><html lang="en" dir="ltr" class="govuk-template"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
    '<link rel="stylesheet" href="{sheet}"></head><body class="govuk-template__body">'
    '<div class="govuk-width-container"><main class="govuk-main-wrapper"><h1 class="govuk-heading-l">{title}</h1>'
    '<p class="govuk-body">{words}</p>{more}<p class="govuk-body"><strong>If someone is in danger now, telephone '
    '<a class="govuk-link" href="tel:999">999</a>.</strong></p><p class="govuk-body">'
    '<a class="govuk-link" href="/">Go to the start</a></p><p class="govuk-body"><a class="govuk-link" href="{leave}" '
    'rel="noopener noreferrer nofollow">Exit this page</a></p></main></div></body></html>'
)
