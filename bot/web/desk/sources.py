"""Where entries come from: the last import of each source, entries that may be one, and what families call wrong."""

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.publishing import importing, merging, wrong
from bot.publishing.entries import ChangedSince, NoSuchEntry
from bot.web.desk import entry_words as ew
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.inbox import HIGHEST_ID
from bot.web.here import house

Answer = Response | tuple[str, int] | str


@pages.get("/directory/imports")
@needs("directory.read")
def imports() -> str:
    return render_template("desk/imports.html", section="directory", found=importing.imports(house(), me()))


@pages.get("/directory/duplicates")
@needs("directory.read")
def duplicates() -> str:
    return _duplicates()


@pages.post("/directory/duplicates")
@needs("directory.edit")
def settle_duplicates() -> Answer:
    """`act`: keep-one, keep-other (that one stands for both), apart, or undo; `one` and `other` are ids, each with
    what the page showed of it."""
    form = request.form
    act, one, other = form.get("act", ""), form.get("one", ""), form.get("other", "")
    first, second = (one, form.get("one_seen", "")), (other, form.get("other_seen", ""))
    try:
        if act in {"keep-one", "keep-other"}:
            kept, gone = (first, second) if act == "keep-one" else (second, first)
            merging.merge(house(), me(), gone=gone, kept=kept)
        elif act == "apart":
            merging.apart(house(), me(), one, other)
        elif act == "undo":
            merging.undo(house(), me(), one, other)
        else:
            abort(404)
    except NoSuchEntry:
        abort(404)
    except ChangedSince:
        return _duplicates(late=True), 409
    return redirect(url_for("desk.duplicates", done=act), 303)


@pages.get("/directory/wrong")
@needs("directory.read")
def told_wrong() -> str:
    done = ew.WRONG_DONE.get(request.args.get("done", ""), "")
    return render_template("desk/wrong.html", section="directory", found=wrong.waiting(house(), me()), done=done)


@pages.post("/directory/wrong/<int:wrong_id>")
@needs("directory.edit")
def settle_wrong(wrong_id: int) -> Response:
    if wrong_id > HIGHEST_ID:
        abort(404)
    done = wrong.settle(house(), me(), wrong_id)
    return redirect(url_for("desk.told_wrong", done="settled" if done else "gone"), 303)


def _duplicates(*, late: bool = False) -> str:
    return render_template(
        "desk/duplicates.html", section="directory", found=merging.look(house(), me()), late=late,
        done=ew.SAME_DONE.get(request.args.get("done", ""), ""),
    )  # fmt: skip
