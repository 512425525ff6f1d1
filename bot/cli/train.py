"""`thrive train`: learn from content/examples again. Only those who change the examples need it."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.content import Content
from bot.training.learning import Judged


def run(root: Path, content: Content, *, check: bool) -> int:
    """Write both tables, or (`check`) what a model reaches on messages it never read. 1 where an example is wrong."""
    try:
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
        return 0
    read = read_all(examples, _phrases(content), _told)
    _report("every fifth message kept back in turn", unseen(read))
    _report("every hand kept back in turn", unseen_hands(read))
    return 0


def _phrases(content: Content) -> dict[str, Any]:
    found = {Path(name).stem: raw for name, raw in content.files.items() if name.startswith("phrases/")}
    return found | {"needs": content.files["needs.yaml"]}


def _told(text: str) -> None:
    print(text, file=sys.stderr)


def _report(title: str, judged: Iterable[Judged]) -> None:
    """What is found at each share of belief (the limits are chosen from it), and how often each head is right."""
    all_ = list(judged)
    told = [(one.example.risk, 1 - one.shares["risk"]["none"], one.shares["risk"]["urgent"]) for one in all_]
    print(f"\n{title}: {len(told)} messages")
    print("alarm from    urgent seen   concern seen   harmless alarmed")
    for share in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        print(f"{share:10.1f}   " + "   ".join(
            f"{_share([belief >= share for risk, belief, _ in told if risk == level]):12.1%}"
            for level in ("urgent", "concern", "none")
        ))  # fmt: skip
    seen = [(risk, urgent / belief) for risk, belief, urgent in told if belief >= 0.5]
    print("urgent from   urgent as urgent   concern as urgent   (of those seen at 0.5)")
    for share in (0.3, 0.4, 0.5, 0.6):
        row = [_share([grave >= share for risk, grave in seen if risk == level]) for level in ("urgent", "concern")]
        print(f"{share:11.1f}   " + "   ".join(f"{value:16.1%}" for value in row))
    needed = [one for one in all_ if one.example.needs]
    print(f"first need right {_share([_first(one, 1) for one in needed]):.1%}, among the first three "
          f"{_share([_first(one, 3) for one in needed]):.1%} of {len(needed)}")  # fmt: skip
    for head in ("intent", "speaker"):
        wanted = [(one, getattr(one.example, head)) for one in all_]
        named = [(one, label) for one, label in wanted if label not in (None, "need")]
        print(f"{head} right {_share([_best(one, head) == label for one, label in named]):.1%} of {len(named)}")


def _first(one: Judged, of: int) -> bool:
    ranked = sorted(one.shares["need"], key=one.shares["need"].__getitem__, reverse=True)
    return one.example.needs[0] in [need for need in ranked if need != "-"][:of]


def _best(one: Judged, head: str) -> str:
    return max(one.shares[head], key=one.shares[head].__getitem__)


def _share(hits: list[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
