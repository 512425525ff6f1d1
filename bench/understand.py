"""What understanding one message costs, by its parts, to one embedding of the same message; and the memory it takes.

    python -m bench.understand [ROUNDS]

The messages are the practice lines of the tests. `embed` is the packaged encoder alone: the floor, of which nothing is
ours. `hear` is words, language and the rules of danger; `weigh` the two tables; `danger` is screening whole, with the
stretches of a longer message; `all` is everything that the desk and the engine are told. The memory is the highest of
a process that does nothing else.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path

from bench.measure import hold, interleave, med, p95, table
from bot.content import compile_content, read_content
from bot.settings import ROOT
from flows.understanding import CompiledLexicon

LINES = ("risk", "understand", "own", "own2", "own3")
DATA = ROOT / "tests" / "flows" / "understanding" / "data"
# Embeddings of a message that each may cost, medians to median.
AT_MOST = {"hear": 0.8, "weigh": 0.5, "danger": 2.5, "all": 3.0}
MOST_MB = 400.0


def messages(many: int | None = None) -> list[str]:
    """The practice lines, in their order; the first `many` of each file."""
    return [
        json.loads(line)["text"]
        for name in LINES
        for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()[:many]
    ]


def shipped() -> CompiledLexicon:
    return compile_content(read_content(ROOT / "content")).lexicon


class Timed:
    """One way to work on a message, given them one after another: milliseconds of each."""

    def __init__(self, work: Callable[[str], object], texts: Sequence[str], start: float) -> None:
        """`start`: the share of the texts to begin after, so that no case is helped by what another has just asked."""
        self.work = work
        self.times: list[float] = []
        at = int(start * len(texts))
        self._texts: Iterator[str] = cycle([*texts[at:], *texts[:at]])

    def __call__(self) -> float:
        text = next(self._texts)
        start = time.perf_counter()
        self.work(text)
        self.times.append((time.perf_counter() - start) * 1e3)
        return self.times[-1]


def weigher(lexicon: CompiledLexicon) -> Callable[[str], object]:
    """Weighs a message that was heard and embedded before: each is prepared once."""
    learnt = lexicon.learnt
    prepared = {text: (lexicon.listener.hear(text), learnt.meanings([text])[0]) for text in set(messages())}

    def weigh(text: str) -> None:
        heard, meaning = prepared[text]
        learnt.danger.score(heard.words.words, meaning, heard.signs).chances("risk")
        learnt.asks.score(heard.words.words, meaning).chances("need")

    return weigh


def measure(lexicon: CompiledLexicon, texts: Sequence[str], rounds: int) -> list[tuple[str, float, float]]:
    def fresh(ask: Callable[[str], object]) -> Callable[[str], object]:
        def work(text: str) -> None:
            lexicon.forget()  # each message for the first time
            ask(text)

        return work

    works = {
        "embed": lambda text: lexicon.learnt.meanings([text]), "hear": lexicon.listener.hear, "weigh": weigher(lexicon),
        "danger": fresh(lambda text: lexicon.screen([text])), "all": fresh(lexicon.understand),
    }  # fmt: skip
    cases = {name: Timed(work, texts, at / len(works)) for at, (name, work) in enumerate(works.items())}
    interleave(cases, rounds * len(texts))
    base = med(cases["embed"].times)
    table(
        [f"understanding, {len(texts)} messages", "median ms", "p95 ms", "to an embedding"],
        [
            [name, f"{med(case.times):.2f}", f"{p95(case.times):.2f}", f"{med(case.times) / base:.2f}"]
            for name, case in cases.items()
        ],
    )
    return [(f"{name}, to an embedding", med(cases[name].times) / base, most) for name, most in AT_MOST.items()]


def memory_mb(many: int | None = None) -> float:
    """The most that a process took which read the content and understood each message once."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.understand", "--answer", str(many or 0)],
        cwd=Path(ROOT), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(told.stdout)


def answer(many: int | None) -> None:
    lexicon = shipped()
    for text in messages(many):
        lexicon.understand(text)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(kilobytes / (1024 * 1024 if sys.platform == "darwin" else 1024))


def main(rounds: float = 1, *, many: int | None = None) -> int:
    claims = measure(shipped(), messages(many), max(int(rounds), 1))
    used = memory_mb(many)
    print(f"One process that answers them: at most {used:.0f} MB.\n")
    return hold([*claims, ("MB of one process", used, MOST_MB)])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--answer"]:
        answer(int(sys.argv[2]) or None)
    else:
        sys.exit(main(*map(float, sys.argv[1:2])))
