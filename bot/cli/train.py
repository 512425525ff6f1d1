"""`thrive train`: learn from content/examples again. Only those who change the examples need it."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.content import Content

if TYPE_CHECKING:  # learning needs packages that serving does without
    from bot.training.learning import Judged

_ALARM_FROM = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_URGENT_FROM = (0.3, 0.4, 0.5, 0.6)
_SEEN = 0.5  # share of belief from which danger counts as seen where urgent is told from concern


def run(root: Path, content: Content, *, check: bool, as_json: bool = False) -> int:
    """Write both tables, or (`check`) what a model reaches on messages it never read. 1 where an example is wrong."""
    try:
        from bot.content.learnt import ASKS, DANGER
        from bot.training.learning import learn, read_all, unseen, unseen_hands
        from bot.training.lines import BadExamples, read_folder, vocabulary
    except ModuleNotFoundError as missing:
        print(f"thrive train: {missing.name} is not installed; `make setup-dev` brings what learning needs",
              file=sys.stderr)  # fmt: skip
        return 1
    folder = root / "examples"
    try:
        examples = read_folder(folder, vocabulary(content))
    except BadExamples as wrong:
        for fault in wrong.faults:
            print(f"{folder / fault.file}.txt:{fault.path[0]}: {fault.message}", file=sys.stderr)
        return 1
    if not check:
        learn(folder, examples, _phrases(content), _told)
        if as_json:
            sizes = {name: (folder / name).stat().st_size for name in (DANGER, ASKS)}
            print(json.dumps({"examples": len(examples), "bytes": sizes}))
        return 0
    read = read_all(examples, _phrases(content), _told)
    reached: list[_Reached] = []
    for kept_back, judge in (("every fifth message", unseen), ("every hand", unseen_hands)):
        reached.append(_reached(f"{kept_back} kept back in turn", judge(read)))
        if not as_json:
            reached[-1].show()
    if as_json:
        print(json.dumps([asdict(one) for one in reached]))
    return 0


def _phrases(content: Content) -> dict[str, Any]:
    found = {Path(name).stem: raw for name, raw in content.files.items() if name.startswith("phrases/")}
    return found | {"needs": content.files["needs.yaml"]}


def _told(text: str) -> None:
    print(text, file=sys.stderr)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    """What is reached on messages that were kept back; all shares are 0 to 1, by level or by head.

    `alarm`: from a share of belief, how many of each level are seen as danger (the limits are chosen from it).
    `urgent`: of what is seen at a half, from a share of urgent, how many of each level are called so.
    """

    kept_back: str
    messages: int
    alarm: list[dict[str, float]]
    urgent: list[dict[str, float]]
    right: dict[str, tuple[float, int]]  # share, and of how many

    def show(self) -> None:
        print(f"\n{self.kept_back}: {self.messages} messages")
        print("alarm from    urgent seen   concern seen   harmless alarmed")
        for row in self.alarm:
            told = "   ".join(f"{row[level]:12.1%}" for level in ("urgent", "concern", "none"))
            print(f"{row['from']:10.1f}   {told}")
        print("urgent from   urgent as urgent   concern as urgent   (of those seen at 0.5)")
        for row in self.urgent:
            told = "   ".join(f"{row[level]:16.1%}" for level in ("urgent", "concern"))
            print(f"{row['from']:11.1f}   {told}")
        for name, (share, of) in self.right.items():
            print(f"{name} right {share:.1%} of {of}")


def _reached(kept_back: str, judged: "Iterable[Judged]") -> _Reached:
    all_ = list(judged)
    told = [(one.example.risk, 1 - one.shares["risk"]["none"], one.shares["risk"]["urgent"]) for one in all_]
    seen = [(risk, urgent / belief) for risk, belief, urgent in told if belief >= _SEEN]
    needed = [one for one in all_ if one.example.needs]
    right = {f"need {place}": (_share([_first(one, of) for one in needed]), len(needed))
             for place, of in (("first", 1), ("among the first three", 3))}  # fmt: skip
    for head in ("intent", "speaker"):
        named = [(one, label) for one in all_ if (label := getattr(one.example, head)) not in (None, "need")]
        right[head] = (_share([_best(one, head) == label for one, label in named]), len(named))
    return _Reached(
        kept_back=kept_back,
        messages=len(all_),
        alarm=[{"from": share, **_by_level([(risk, belief >= share) for risk, belief, _ in told])}
               for share in _ALARM_FROM],
        urgent=[{"from": share, **_by_level([(risk, grave >= share) for risk, grave in seen])}
                for share in _URGENT_FROM],
        right=right,
    )  # fmt: skip


def _by_level(hits: list[tuple[str, bool]]) -> dict[str, float]:
    return {level: _share([hit for risk, hit in hits if risk == level]) for level in ("urgent", "concern", "none")}


def _first(one: "Judged", of: int) -> bool:
    ranked = sorted(one.shares["need"], key=one.shares["need"].__getitem__, reverse=True)
    return one.example.needs[0] in [need for need in ranked if need != "-"][:of]


def _best(one: "Judged", head: str) -> str:
    return max(one.shares[head], key=one.shares[head].__getitem__)


def _share(hits: list[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
