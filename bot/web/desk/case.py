"""A case's own page, and what a worker does there.

A form carries the version of the case it was made for and a random id of its own: a form that comes too late is given
back with its words and who changed the case; one that comes twice changes nothing the second time.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from flask import Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot import keywords
from bot.casework import case_page, handing, linking, restricting, second_person, speaking, work
from bot.casework import pathway as ways
from bot.casework.inbox import is_late, is_overdue
from bot.casework.permissions import Permission
from bot.casework.saved import saved_replies
from bot.casework.work import Form, NoSuchCase, NotYet, Stale
from bot.clock import LONDON
from bot.house import House
from bot.refs import read_ref
from bot.web.desk import pathway as way
from bot.web.desk import words as w
from bot.web.desk.chart import chart
from bot.web.desk.closed_case import closed
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.person import telephone
from bot.web.desk.referral import laid_out
from bot.web.here import house
from messages.addresses import not_texted, one_way, read_phone
from messages.clean import clean
from messages.sms import measure, plain

FORM_ID: Final = re.compile(r"[A-Za-z0-9_-]{16,40}")
# Acts whose form, posted twice, is told as done; of the others the second is told what stands now.
REPEATED: Final = frozenset(
    {"claimed", "handed-back", "replied", "note", "closed", "accepted", "declined", "withdrawn"}
)
HIGHEST_VERSION: Final = 2**31 - 1
Answer = AnyResponse | tuple[str, int] | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wrote in a form that was not taken, and why not. `act` is the form's, `wrong` the field at fault.

    `given` is all that a form of a referral's pathway held.
    """

    act: str = ""
    words: str = ""
    outcome: str = ""
    error: str = ""
    wrong: str = ""
    stale: bool = False
    given: Mapping[str, str] = field(default_factory=dict)


def _ref(text: str) -> str:
    return read_ref(text) or abort(404)


@pages.get("/cases/<ref>")
@needs("cases.read")
def case(ref: str) -> Answer:
    """`reply`, the id of a saved reply, fills the reply's box with its words: how one is chosen without JavaScript.

    `outcome` chooses one in the form that closes the case: how a false alarm leads on to it. `step` is the step of a
    referral's pathway whose form is shown, where it is not the next.
    """
    done, chosen = request.args.get("done", ""), request.args.get("reply", "")
    words = next((saved.text for saved in saved_replies(house()) if saved.id == chosen), "")
    outcome = request.args.get("outcome", "")
    draft = Draft(act="reply", words=words) if words else Draft(outcome=outcome if outcome in work.OUTCOMES else "")
    draft = replace(draft, given={"step": request.args.get("step", "")})
    try:
        return _page(_ref(ref), draft, done=done if done in w.DONE else "")
    except NoSuchCase:
        return closed(_ref(ref)), 403


def _bare(act: str, kind: str, permission: Permission, do: Callable[[House, Form], None]) -> None:
    """A form that holds nothing but which case it is."""

    @pages.post(f"/cases/<ref>/{act}", endpoint=act.replace("-", "_"))
    @needs(permission)
    def done(ref: str) -> Answer:
        form = form_of(ref)
        return _act(form, kind, lambda: do(house(), form), Draft(act=act))


def _worded(act: str, kind: str, permission: Permission, do: Callable[[House, Form, str], None]) -> None:
    """A form with words, and nothing else."""

    @pages.post(f"/cases/<ref>/{act}", endpoint=act.replace("-", "_"))
    @needs(permission)
    def done(ref: str) -> Answer:
        form, words = form_of(ref), request.form.get("words", "")
        return _act(form, kind, lambda: do(house(), form, words), Draft(act=act, words=words))


# By the end of its address: the case event that it makes, who may, what does it.
_bare("claim", "claimed", "cases.claim", work.claim)
_bare("hand-back", "handed-back", "cases.claim", work.hand_back)
_bare("accept", "accepted", "cases.claim", handing.accept)
_bare("withdraw", "withdrawn", "cases.claim", handing.withdraw)
_worded("reply", "replied", "cases.reply", work.reply)
_worded("note", "note", "cases.note", work.note)
_worded("close-decline", "close-declined", "cases.close", second_person.decline)
_worded("decline", "declined", "cases.claim", handing.decline)


@pages.post("/cases/<ref>/close")
@needs("cases.close")
def close(ref: str) -> Answer:
    form, words, outcome = form_of(ref), request.form.get("words", ""), request.form.get("outcome", "")
    given = request.form.to_dict()
    draft = Draft(act="close", words=words, outcome=outcome, given=given)
    ending = ways.ending(house(), form, given)
    return _act(
        form,
        "closed",
        lambda: work.close(house(), form, outcome=outcome, words=words, ending=ending, given=given),
        draft,
    )


@pages.post("/cases/<ref>/close-confirm")
@needs("cases.close")
def close_confirm(ref: str) -> Answer:
    """The second person of an urgent case."""
    form = form_of(ref)
    return _act(form, "closed", lambda: second_person.confirm(house(), form), Draft(act="close-confirm"))


@pages.post("/cases/<ref>/pathway")
@needs("cases.claim")
def pathway_step(ref: str) -> Answer:
    """One step of a referral's pathway: `step`, and the fields of its form."""
    form, given = form_of(ref), request.form.to_dict()
    step = given.get("step", "")
    draft = Draft(act="pathway", words=given.get("words", ""), given=given)
    return _act(form, "closed" if step == "taken" else "way", lambda: ways.take(house(), form, step, given), draft)


@pages.post("/cases/<ref>/offer")
@needs("cases.claim")
def offer(ref: str) -> Answer:
    """Hand over: `to` is a colleague's number."""
    form, words, to = form_of(ref), request.form.get("words", ""), request.form.get("to", default=0, type=int)
    draft = Draft(act="offer", words=words, outcome=str(to))
    return _act(form, "offered", lambda: handing.offer(house(), form, to_id=to, words=words), draft)


@pages.post("/cases/<ref>/link")
@needs("cases.note")
def link(ref: str) -> Answer:
    """Another case belongs with this one: `other` is its reference."""
    form, words, other = form_of(ref), request.form.get("words", ""), request.form.get("other", "").strip()
    draft = Draft(act="link", words=words, given={"other": other[:40]})
    return _act(form, "linked", lambda: linking.link(house(), form, other, words), draft)


@pages.post("/cases/<ref>/unlink")
@needs("cases.note")
def unlink(ref: str) -> Answer:
    form, other = form_of(ref), request.form.get("other", "")
    return _act(form, "unlinked", lambda: linking.unlink(house(), form, other), Draft(act="unlink"))


@pages.post("/cases/<ref>/speaker")
@needs("cases.note")
def speaker(ref: str) -> Answer:
    """Who is speaking, as a worker knows: `speaker` is one of the codes of a case."""
    form, who = form_of(ref), request.form.get("speaker", "")
    return _act(form, "speaker", lambda: speaking.say(house(), form, who), Draft(act="speaker"))


@pages.post("/cases/<ref>/call-back")
@needs("cases.note")
def call_back(ref: str) -> Answer:
    """A call promised for `on` at `at`, London time."""
    form, words = form_of(ref), request.form.get("words", "")
    day, clock = request.form.get("on", "").strip(), request.form.get("at", "").strip()
    draft = Draft(act="call-back", words=words, outcome=f"{day} {clock}")

    def plan() -> None:
        try:
            due_at = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=LONDON)
        except ValueError:
            raise NotYet("Give a day and a time, such as 2026-11-23 and 14:30.") from None
        handing.plan_call(house(), form, handing.Planned(due_at=due_at, note=words))

    return _act(form, "call-planned", plan, draft)


@pages.post("/cases/<ref>/called")
@needs("cases.note")
def called(ref: str) -> Answer:
    form, words, how = form_of(ref), request.form.get("words", ""), request.form.get("how", "")
    draft = Draft(act="called", words=words, outcome=how)
    return _act(form, "called", lambda: handing.called(house(), form, how=how, words=words), draft)


@pages.post("/segments")
@needs("cases.reply")
def segments() -> Response:
    """What a reply would cost as a text, counted as it would be sent. Nothing is kept."""
    body = plain(clean(request.form.get("words", "")))
    size = measure(body)
    return jsonify({"characters": len(body), "segments": size.segments, "encoding": size.encoding})


def form_of(ref: str) -> Form:
    """The hidden fields. An id of another shape counts as none: the version alone then keeps a repeat harmless."""
    given_id = request.form.get("form_id", "")
    version = request.form.get("version", default=0, type=int)
    return Form(
        ref=_ref(ref), version=version if 0 < version <= HIGHEST_VERSION else 0, by=me(),
        form_id=given_id if FORM_ID.fullmatch(given_id) else "",
    )  # fmt: skip


def form_id() -> str:
    return secrets.token_urlsafe(18)


def _act(form: Form, kind: str, do: Callable[[], str | None], draft: Draft) -> Answer:
    """`kind` is what was done, unless `do` says that it only asked for it."""
    try:
        if do() == "asked":
            return _shown(form.ref, "close-asked")
    except (Stale, NotYet) as fault:
        detail = draft.outcome if kind == "closed" else None
        if kind in REPEATED and work.done_before(house(), form, kind, words=draft.words or None, detail=detail):
            return _shown(form.ref, kind)
        if kind == "closed" and work.done_before(
            house(), form, "close-asked", words=draft.words or None, detail=draft.outcome
        ):
            return _shown(form.ref, "close-asked")
        return _given_back(form, draft, fault)
    return _shown(form.ref, kind)


def _shown(ref: str, done: str) -> AnyResponse:
    return redirect(url_for("desk.case", ref=ref, done=done), 303)


def _given_back(form: Form, draft: Draft, fault: Stale | NotYet) -> Answer:
    kept = replace(
        draft, error=str(fault), stale=isinstance(fault, Stale),
        wrong=fault.field if isinstance(fault, ways.Lacks) else "",
    )  # fmt: skip
    return _page(form.ref, kept, version=form.version)


def _page(ref: str, draft: Draft, *, done: str = "", version: int = 0) -> Answer:
    """The page: 409 where the form was made for an older case, 400 where it lacked something.

    A fault that a change of the case explains ("claim the case first", of one that another took) is told as a change.
    """
    found = case_page.open_case(house(), ref, me())
    stale = draft.stale or bool(draft.error and version != found.case.version)
    address = found.address
    asked = None if found.pathway is None else way.asked(found.pathway, draft.given.get("step", ""), draft.given)
    page = render_template(
        "desk/case.html",
        section="inbox",
        found=found,
        case=found.case,
        because=work.because_of(found.case),
        late=is_late(found.case, found.now),
        overdue=is_overdue(found.case, found.now),
        me_id=me().staff.id,
        mine=found.case.state == "claimed" and found.case.claimed_by == me().staff.id,
        referral=laid_out(found.timeline),
        telephones=_telephones(found),
        given_phone=_given(found),
        blocked=address is not None and keywords.blocks(house(), address.id),
        sent_from=address.value if address is not None and one_way(read_phone(address.value)) else None,
        not_texted=None if address is None or address.kind != "sms" else not_texted(read_phone(address.value)),
        number_lost=work.NUMBER_LOST if address is None and found.case.address_id is not None else "",
        chart=chart(found.timeline.scores),
        longest=work.LONGEST_REPLY,
        saved=saved_replies(house()),
        pathway=found.pathway,
        way=way,
        way_asked=asked,
        way_others=[] if found.pathway is None else way.others(found.pathway, asked.step if asked else ""),
        way_closing=() if found.pathway is None else way.closing(found.pathway, draft.given),
        way_accepting=way.accepting(draft.given) if found.pathway is None else (),
        closes_as=way.outcomes_of(found.pathway),
        papers=way.PAPERS,
        draft=draft,
        stale=stale,
        error=bool(draft.error) or stale,
        done=done,
        form_id=form_id,
        linked=linking.linked_with(house(), found.case, me()),
        closing=second_person.asked_of(house(), found.case.id),
        restricted=restricting.standing_of(house(), ref, me())[0],
    )
    if stale:
        return page, 409
    return (page, 400) if draft.error else page


def _telephones(found: case_page.CasePage) -> list[tuple[str, str]]:
    """Numbers to ring, as a link and as read aloud: the case's own first, then the person's, then the one they gave."""
    numbers = [found.address.value] if found.address is not None and found.address.kind == "sms" else []
    numbers += [address.value for address in found.timeline.addresses if address.kind == "sms"]
    numbers = [number for number in numbers if not one_way(read_phone(number))]  # a name rings nowhere
    given = _given(found)
    return list(dict.fromkeys([*map(telephone, numbers), *([given] if given else [])]))


def _given(found: case_page.CasePage) -> tuple[str, str] | None:
    """The number a referral gave, where it can be read as one."""
    number = read_phone(str(found.timeline.referral.get("phone") or "")).e164
    return telephone(number) if number else None
