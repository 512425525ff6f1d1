"""What the conversation makes of a family's words: the real engine is asked, once for the same words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.content import Compiled
from bot.talking import A_MINUTE, Talk, real_assets
from flows import effects as fx
from flows.flow import AskNode, Flow
from scheduler.rehearsed import Heard, Wish

# What a score or a word means does not change with the day on which it is heard: a working Tuesday.
_AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
_A_WHILE = timedelta(hours=1)  # between our question and their answer


class Hearing:
    """Callable as `scheduler.rehearsal.Hear`."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled, self._assets = compiled, real_assets(compiled)
        self._known: dict[tuple[str | None, str, int | None], Heard] = {}

    def __call__(self, flow: str | None, words: str, last_score: int | None, now: datetime) -> Heard:
        key = (flow, words, last_score)
        if key not in self._known:
            self._known[key] = self._listen(*key, _AT)
        # Of a wish, "for two weeks" counts from the day it was said.
        return self._known[key] if self._known[key].wish is None else self._listen(*key, now - _A_WHILE - A_MINUTE)

    def _listen(self, flow: str | None, words: str, last_score: int | None, at: datetime) -> Heard:
        talk = Talk.begin(self._compiled, self._assets, at, consent="given", first_contact=False, last_score=last_score)
        if flow is not None:
            talk.check_in(flow, 1)
        talk.wait(_A_WHILE)
        heard = Heard()
        for effect in talk.hear(words):
            match effect:
                case fx.CloseTouch(outcome="answered"):
                    heard = replace(heard, closed=effect.reason[:200])
                case fx.RecordScore():
                    heard = replace(heard, score=effect.score)
                case fx.SetConsent(kind="text"):
                    heard = replace(heard, consent="given" if effect.given else "stopped")
                case fx.SetWish():
                    heard = replace(heard, wish=Wish(until=effect.until, every_days=effect.every_days))
                case fx.RaiseEscalation():
                    heard = replace(heard, raised=(*heard.raised, effect.level))
                case _:
                    pass
        return heard


def usual_words(flow: Flow) -> tuple[str, str]:
    """What a family that is well answers to this check-in, and one that is not: 8 and 3 of ten; of choices, the first
    and the last."""
    ask = next((node for node in flow.nodes.values() if isinstance(node, AskNode)), None)
    if ask is not None and ask.kind == "choice" and ask.options:
        return "1", str(len(ask.options))
    return "8", "3"
