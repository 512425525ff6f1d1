"""Understanding of free text: danger, needs, intents and language, each with the words that decided."""

from flows.understanding.compile import compile_lexicon
from flows.understanding.content import ContentError, Fault
from flows.understanding.keywords import asks_to_stop, is_start, is_stop, is_yes
from flows.understanding.lexicon import CompiledLexicon
from flows.understanding.types import Lexicon, Screening, Understanding

__all__ = [
    "CompiledLexicon",
    "ContentError",
    "Fault",
    "Lexicon",
    "Screening",
    "Understanding",
    "asks_to_stop",
    "compile_lexicon",
    "is_start",
    "is_stop",
    "is_yes",
]
