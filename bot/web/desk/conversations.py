"""Every conversation, those that raised no case included: the list, and one conversation's own page, read only."""

from typing import Final

from flask import abort, render_template, request

from bot.casework import conversations as talks
from bot.casework.conversations import Asked
from bot.refs import read_ref
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.inbox import first_lines
from bot.web.desk.person import telephone
from bot.web.here import house

RAISED: Final = {"all": "All", "none": "Raised no case", "some": "Raised a case"}
AGES: Final = {"all": "Any time", "day": "The last day", "week": "The last week"}


@pages.get("/conversations")
@needs("conversations.read")
def conversations() -> str:
    """Filters: `raised`, `kind`, `language`, `age`; one that means nothing counts as all. `after` is where to go on."""
    given = request.args
    asked = Asked(
        raised=next((r for r in ("none", "some") if r == given.get("raised")), "all"),
        kind=next((k for k in ("sms", "web") if k == given.get("kind")), ""),
        language=given.get("language", "")[:8],
        age=next((a for a in ("day", "week") if a == given.get("age")), "all"),
    )
    found = talks.conversations(house(), me(), asked, after=talks.read_cursor(given.get("after", "")))
    filters = {"raised": asked.raised, "kind": asked.kind, "language": asked.language, "age": asked.age}
    return render_template(
        "desk/conversations.html", section="conversations", found=found, raised=RAISED, ages=AGES,
        first_lines=first_lines, filters={k: v for k, v in filters.items() if v not in {"", "all"}},
        begun="after" in given,
    )  # fmt: skip


@pages.get("/conversations/<ref>")
@needs("conversations.read")
def conversation(ref: str) -> str:
    known = read_ref(ref)
    try:
        found = talks.conversation(house(), me(), known or abort(404))
    except talks.NoSuchConversation:
        abort(404)
    return render_template(
        "desk/conversation.html", section="conversations", found=found, address=found.address,
        phone=telephone(found.address.value) if found.address.kind == "sms" else None,
    )  # fmt: skip
