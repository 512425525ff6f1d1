"""`thrive diagrams`: each flow drawn and told, for the docs; with `--check`, whether those pictures are still true."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.cli.pure import content_folder
from bot.content import Compiled, compile_content, read_content
from bot.settings import ROOT
from flows.diagram import draw
from flows.diagram_outline import END, Outline, Stop, outline

PICTURES = ROOT / "docs" / "flows"
HEADER = "<!-- Made by `thrive diagrams` from content/flows: change a flow there, and run it again. -->\n"


def command(options: Namespace) -> int:
    folder = Path(options.path) if options.path else PICTURES
    made = pages(compile_content(read_content(content_folder())))
    standing = {path.name for pattern in ("*.svg", "*.md") for path in folder.glob(pattern)}
    stale = sorted(name for name, text in made.items() if not _same(folder / name, text))
    gone = sorted(standing - made.keys())
    if not options.check:
        folder.mkdir(parents=True, exist_ok=True)
        for name in stale:
            (folder / name).write_text(made[name], "utf-8")
        for name in gone:
            (folder / name).unlink()
    if options.json:
        print(json.dumps({"flows": len(made) // 2, "changed": stale, "removed": gone, "checked": options.check}))
    elif options.check:
        for name in (*stale, *gone):
            print(f"{folder / name} is not what the content says now. Run `thrive diagrams`.", file=sys.stderr)
    else:
        print(f"{len(made) // 2} flows are drawn in {folder}; {len(stale) + len(gone)} files changed.")
    return 1 if options.check and (stale or gone) else 0


def pages(compiled: Compiled) -> Mapping[str, str]:
    """Every file by its name: a picture and a page for each flow, and a page that leads to them."""
    told = [outline(flow, compiled.wording) for _, flow in sorted(compiled.flows.items())]
    made = {f"{one.flow}.svg": draw(one) for one in told}
    made |= {f"{one.flow}.md": HEADER + "\n".join(_page(one)) + "\n" for one in told}
    return {**made, "README.md": HEADER + "\n".join(_index(told)) + "\n"}


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


def _index(told: list[Outline]) -> Iterator[str]:
    yield "# The conversations, drawn"
    yield ""
    yield "Each flow as a picture, with the same in words beside it. How to change one: [for authors](../authors.md)."
    yield ""
    yield "| Flow | What it is for | Opened by |"
    yield "|---|---|---|"
    for one in told:
        begins = _short("; ".join(one.opened) or "other flows")
        yield f"| [{one.flow}]({one.flow}.md) | {one.title} | {begins} |"


def _page(told: Outline) -> Iterator[str]:
    yield f"# {told.title} (`{told.flow}`)"
    yield ""
    yield f"Opened by {'; or by '.join(told.opened) or 'other flows'}."
    yield ""
    yield f"![The flow {told.flow} as a diagram; the list below says the same]({told.flow}.svg)"
    yield ""
    for way in told.jumps:
        yield f"Whoever {' or '.join(way.when.split('; '))}, at any question, goes to `{way.to}`."
        yield ""
    for number, stop in enumerate(told.stops, 1):
        yield from _stop(number, stop)


def _stop(number: int, stop: Stop) -> Iterator[str]:
    calls = f" ([drawn here]({stop.calls}.md))" if stop.calls else ""
    yield f"{number}. **{stop.id}**: {stop.does}{calls}."
    if stop.says:
        yield f"   > {stop.says.replace(chr(10), ' ')}"
        yield ""
    for way in stop.ways:
        to = "the end" if way.to == END else f"`{way.to}`"
        yield f"   - {f'{way.when}: ' if way.when else 'then '}{to}"


def _short(words: str, most: int = 100) -> str:
    return words if len(words) <= most else f"{words[:most].rsplit(',', 1)[0]} ..."
