"""What came beside a message's words: how many and of what kind. Never what is in it: nothing is fetched.

Kinds by the provider's `MediaContentType` (RFC 2046, top-level media types). Only these are kept, never the address a
file lies at: whoever may see the provider's own console finds it there under the message's id.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

# One of it, several of it.
_SAID: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "image": ("picture", "pictures"),
        "audio": ("voice message or sound", "voice messages or sounds"),
        "video": ("video", "videos"),
        "contact": ("contact card", "contact cards"),
        "file": ("file", "files"),
        "": ("picture, sound or file", "pictures, sounds or files"),
    }
)
_CONTACTS: Final = frozenset({"text/vcard", "text/x-vcard", "text/directory"})
_LONGEST_TYPE: Final = 40
_LONGEST_KEPT: Final = 400  # the column's


def kind_of(content_type: str) -> str:
    """`image`, `audio`, `video`, `contact` or `file`; "" for a type that was not told."""
    told = content_type.split(";", maxsplit=1)[0].strip().lower()
    if not told:
        return ""
    top = told.split("/")[0]
    if top in _SAID:
        return top
    return "contact" if told in _CONTACTS else "file"


def kept(content_types: Sequence[str]) -> str | None:
    """The types as a row keeps them, joined by commas; None for none."""
    short = [kind.split(";")[0].strip().lower().replace(",", "")[:_LONGEST_TYPE] for kind in content_types]
    return ",".join(short)[:_LONGEST_KEPT] or None


def counted(count: int, types: str | None) -> str:
    """What was sent, for staff: "2 pictures and 1 video (image/jpeg, image/png, video/3gpp)"; "" for nothing.

    `count` may be more than the types told: a list of the provider's tells only the number.
    """
    told = [kind for kind in (types or "").split(",") if kind]
    count = max(count, len(told))
    if not count:
        return ""
    kinds = Counter(map(kind_of, told)) + Counter({"": count - len(told)})
    parts = [f"{number} {_SAID[kind][number > 1]}" for kind, number in kinds.items()]
    words = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    return f"{words} ({', '.join(dict.fromkeys(told))})" if told else words


def note(count: int, types: str | None) -> str:
    """The same as a sentence on a case; "" for nothing."""
    what = counted(count, types)
    return f"They sent {what}. Not fetched." if what else ""
