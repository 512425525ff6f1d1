"""Saved replies: words a worker may start from, with the council's own values filled in and blanks left to fill."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.content.compiling import SavedReply
from bot.house import House
from flows.wording import PLACEHOLDER

BLANK: Final = re.compile(r"\[[^\[\]\n]{1,40}\]")  # [name]: what only the worker knows


def saved_replies(house: House) -> Sequence[SavedReply]:
    """In the order of their files, `{phone}` and its like filled in. Blanks such as [name] stand as they are."""
    snapshot = house.live.of(house.db)
    shared = snapshot.wording.shared
    return [
        replace(reply, text=PLACEHOLDER.sub(lambda named: shared.get(named[1], named[0]), reply.text))
        for reply in snapshot.compiled.replies
    ]


def blanks_left(replies: Sequence[SavedReply], words: str) -> Sequence[str]:
    """The blanks of saved replies that `words` still hold. Brackets of a worker's own are their own affair."""
    known = {blank.casefold() for reply in replies for blank in BLANK.findall(reply.text)}
    return list(dict.fromkeys(blank for blank in BLANK.findall(words) if blank.casefold() in known))
