"""What `thrive lint` sees in answers and keywords: words that something else would take first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from bot.cli.lint_places import Issue, Places
from bot.content import Content
from flows.checks import calls_on_the_way
from flows.flow import AskNode, Flow, Option
from flows.reading import COMMANDS

WORDS = "phrases/keywords.yaml"
RULE = "keyword"


def in_answers(content: Content, flows: Mapping[str, Flow], places: Places) -> Iterator[Issue]:
    whole = _whole_words(content)
    starts = _keywords(flows)
    for flow in flows.values():
        for node in flow.nodes.values():
            if isinstance(node, AskNode):
                for told in (*_taken(node, whole), *_twice(node), *_misleading(flow, node, starts)):
                    yield places.at(flow.name, node.id, "options", RULE, told)
        for keyword in flow.keywords:
            if told := _never_heard(keyword, flow.name, whole, starts):
                yield places.at(flow.name, "", "keywords", RULE, told)


def _whole_words(content: Content) -> Mapping[str, str]:
    """STOP and START in each language we know, and which of them a word is."""
    given = content.files.get(WORDS, {})
    return {word.casefold(): what.upper() for what in ("start", "stop") for word in given.get(what, ())}


def _keywords(flows: Mapping[str, Flow]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for flow in flows.values():
        for keyword in dict.fromkeys(word.casefold() for word in flow.keywords):
            found[keyword].append(flow.name)
    return found


def _taken(node: AskNode, whole: Mapping[str, str]) -> Iterator[str]:
    """An answer that is also a command: the command would win, and the answer never be heard."""
    for number, option in enumerate(node.options, 1):
        for word in _said(option):
            command = COMMANDS.get(word)
            # "a person" brings one either way
            if command is not None and command != "human":
                yield f"{word!r} is also the command {command.upper()}, which would win"
            elif word in whole:
                yield f"{word!r} is a word for {whole[word]}, which would win"
            elif word.isdigit() and word != str(number) and int(word) <= len(node.options):
                yield f"{word!r} is heard as choice {word}, and this is choice {number}"


def _twice(node: AskNode) -> Iterator[str]:
    """A word for two choices that may stand side by side: only one of them could be picked by it."""
    owners: dict[str, Option] = {}
    for option in node.options:
        for word in _said(option):
            first = owners.setdefault(word, option)
            if first is not option and first.when is None and option.when is None:
                yield f"{word!r} answers both {first.label!r} and {option.label!r}"


def _misleading(flow: Flow, node: AskNode, starts: Mapping[str, list[str]]) -> Iterator[str]:
    """An answer that is a flow's keyword and leads elsewhere: whoever means that flow is taken to have answered."""
    for option in node.options:
        way = calls_on_the_way(flow, option.go or node.go)
        for word in _said(option):
            for other in starts.get(word, ()):
                if other not in {flow.name, *way}:
                    yield f"{word!r} opens the flow {other}, and as an answer it leads elsewhere"


def _never_heard(keyword: str, flow: str, whole: Mapping[str, str], starts: Mapping[str, list[str]]) -> str:
    word = keyword.casefold()
    command = COMMANDS.get(word)
    if command is not None:
        return f"the keyword {keyword!r} is also the command {command.upper()}, which would win"
    if word in whole:
        return f"the keyword {keyword!r} is a word for {whole[word]}, which would win"
    others = [name for name in starts[word] if name != flow]
    return f"the keyword {keyword!r} is a keyword of {' and '.join(others)} too" if others else ""


def _said(option: Option) -> list[str]:
    """The words an option is picked by, each once, as they are compared."""
    return list(dict.fromkeys(word.casefold().strip() for word in (option.label, *option.says)))
