"""The needs whose entries of the directory are checked more often, as needs.yaml marks them: `checked: often`.

They are those under which a wrong number may leave somebody in danger without help.
"""

from collections.abc import Mapping
from typing import Any, Final

from bot.content.documents import Notes
from directory.freshness import SAFETY_NEEDS

FILE: Final = "needs.yaml"
MARK: Final = "often"


def read_often_checked(files: Mapping[str, Any], notes: Notes) -> frozenset[str]:
    """Their ids. Content of before there was a mark has none: there they are those that the service ships with."""
    found = set()
    groups = files.get(FILE, {}).get("needs", {}) if isinstance(files.get(FILE), dict) else {}
    for group, needs in groups.items() if isinstance(groups, dict) else ():
        for number, need in enumerate(needs if isinstance(needs, list) else ()):
            mark = need.get("checked") if isinstance(need, dict) else None
            if mark == MARK:
                found.add(str(need.get("id")))
            elif mark is not None:
                path = ("needs", group, number, "checked")
                notes.fault(FILE, path, f"{mark!r} is no such mark: write `checked: {MARK}`, or leave it out")
    return frozenset(found) or SAFETY_NEEDS
