"""Understanding of free text: danger, needs, intents and language, each with the words that decided."""

from flows.understanding.types import Lexicon, Screening, Understanding

__all__ = ["Lexicon", "Screening", "Understanding"]
