"""Which words answer danger: a table from how grave it is, what it is about, who speaks and who may be reading.

Data, not branches: a safeguarding lead signs the table off as it stands, and a test walks every cell. Each id is a
text of content/wording/safety.yaml.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from flows.understanding.types import About, Risk, Speaker

Danger = Literal["urgent", "concern"]
Cell = tuple[Danger, About, Speaker | None, bool]  # the last: the phone may be watched

WATCHED: Mapping[Risk, str] = {"urgent": "safety.watched", "concern": "safety.watched"}

# One column for each who is answered alike; None is whoever the words do not show.
COLUMNS: tuple[tuple[Speaker | None, ...], ...] = (
    (None,), ("parent",), ("child", "young-person"), ("bystander",), ("worker",), ("harmer",),
)  # fmt: skip
# What stands after "safety.urgent" or "safety.concern"; nothing: that text itself.
_ROWS: Mapping[Danger, Mapping[About, tuple[str, ...]]] = {
    "urgent": {
        "self-harm": (".self-harm", ".self-harm.parent", ".self-harm.child", ".self-harm.parent", ".worker", ".harmer"),
        "partner": (".partner", ".partner", ".child", ".partner.bystander", ".worker", ".harmer"),
        "child": (".a-child", ".a-child", ".child", ".a-child", ".worker", ".harmer.child"),
        "medical": (".medical", ".medical", ".medical.child", ".medical", ".worker", ".medical"),
        "other": ("", "", ".child", ".bystander", ".worker", ".harmer"),
    },
    "concern": {
        "self-harm": (
            ".self-harm", ".self-harm.parent", ".self-harm.child", ".self-harm.parent", ".bystander", ".harmer",
        ),
        "partner": (".partner", ".partner", ".child", ".bystander", ".bystander", ".harmer"),
        "child": (".a-child", ".a-child", ".child", ".a-child", ".bystander", ".harmer.child"),
        "medical": (".medical", ".medical", ".child", ".medical", ".bystander", ".medical"),
        "other": ("", "", ".child", ".bystander", ".bystander", ".harmer"),
    },
}  # fmt: skip

_OPEN: Mapping[Cell, str] = {
    (risk, about, speaker, False): f"safety.{risk}{ending}"
    for risk, rows in _ROWS.items()
    for about, row in rows.items()
    for column, ending in zip(COLUMNS, row, strict=True)
    for speaker in column
}
REPLIES: Mapping[Cell, str] = {
    **_OPEN,
    **{(risk, about, speaker, True): WATCHED[risk] for risk, about, speaker, _ in _OPEN},
}
REPLY_IDS: tuple[str, ...] = tuple(sorted(set(REPLIES.values())))

# The general reply to the same speaker, said in place of a special one that the content does not have: published
# content may be older than the table, and a council may take a special reply out.
STANDS_IN: Mapping[str, str] = {
    text: _OPEN[risk, "other", speaker, False]
    for (risk, _about, speaker, _), text in reversed(tuple(_OPEN.items()))
    if text not in {_OPEN[risk, "other", other, False] for column in COLUMNS for other in column}
}
ABOUTS: tuple[About, ...] = get_args(About)
