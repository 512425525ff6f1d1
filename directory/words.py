"""Words of a request matched to words of the directory: plain forms, and typing slips put right."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

# Words that say that somebody asks, not what for. They match nothing.
_ASKING = frozenset(
    """
    a about above after again all also am an and any anyone anything are aren around as ask at away
    bad be because been before being best better big but by call came can cant cheap cheapest come could couldn couldnt
    day days did didn didnt do does doesn doesnt doing don done dont each either else even ever every
    feel feeling few find first for from full get gets getting give go goes going gone good got
    had has hasn hasnt have havent having he her here hers hes hey hi him his hello how i id if ill im in into is
    isn isnt it its ive just keep keeps kind know let like little ll local long look looking lot
    made make makes many may maybe me might mine mines more most much must my near nearby need needs never new next no
    not nothing now of off ok on once one only open or other our ours out over own
    please place places put really right run s said same saw say says see she shes should show so some someone
    something somewhere sometimes soon sort start still stop such sure t take tell than thank thanks that thats the
    their them then there theres these they theyre thing things think this those though time times to today told
    tomorrow tonight too took try trying two under until up us use used ve very want wants was wasn wasnt way we week
    weeks well went were what whats when where which while who whos why will wish with without wont work would wouldn
    wouldnt year years yes yet you your yr yrs old gonna wanna n u ur r pls plz cos coz bout ppl getting offer offers
    available service services information details run free
    """.split()  # noqa: SIM905 (one word a token, read as prose)
)
# Words nearly every entry could carry: they may add to a match, and never make one alone.
_COMMON = frozenset(
    """
    activity advice baby borough boy centre charity child club community council course drop family father free girl
    group help home kid lad lass man mother mum mums mom dad daughter son session support team toddler woman young
    people person parent partner school london street road house national life
    """.split()  # noqa: SIM905
)
SLIPS_FROM: Final = 4  # letters: a shorter word is one slip from too many
ASKING_SLIPS_FROM: Final = 6  # "servcies", "litlte": but "plane" is no slip for "place"
MOST: Final = 5
LONGEST_NAMED: Final = 12  # words: more is no name with a word or two around it
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")


def plain(text: str) -> str:
    """Lower case, Latin accents dropped: "Crèche" is "creche"."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(char for char in split if not "\u0300" <= char <= "\u036f"))


def stem(word: str) -> str:
    """One form for "tutor", "tutors" and "tutoring". Short words stay: a stem of two letters says nothing."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-2] if word.endswith(("sses", "shes", "ches", "xes")) else word[:-1]
    for ending in ("ing", "ed"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            root = word[: -len(ending)]
            return root[:-1] if root[-1] == root[-2] and root[-1] not in "ls" else root
    return word


def words_of(text: str) -> list[tuple[str, str]]:
    """Each telling word of the text in order, as (the word as written in lower case, its stem); none twice."""
    seen: dict[str, str] = {}
    for found in _WORD.findall(text.replace("\u2019", "'")):
        bare = plain(found).replace("'", "")
        base = plain(found).split("'", maxsplit=1)[0]
        if bare in _ASKING or base in _ASKING or len(base) < 2:
            continue
        seen.setdefault(stem(base), found.lower())
    return [(word, root) for root, word in seen.items()]


def every_word(text: str) -> tuple[str, ...]:
    """All words in order, those that only ask as well: "Home-Start" is ("home", "start")."""
    return tuple(plain(found).replace("'", "") for found in _WORD.findall(text.replace("\u2019", "'")))


def asked_names(text: str) -> Iterator[tuple[str, ...]]:
    """Each run of words that may be the whole name asked for, the longest first: about it nothing is said but that
    somebody asks. "Is there a home start near me?" may ask for "home start"."""
    words = every_word(text)
    asks = [word in _ASKING for word in words]
    first = next((at for at, only in enumerate(asks) if not only), len(words))
    last = len(words) - next((at for at, only in enumerate(reversed(asks)) if not only), 0)
    if len(words) > LONGEST_NAMED:
        return
    runs = [(start, end) for start in range(first + 1) for end in range(max(last, start + 1), len(words) + 1)]
    for start, end in sorted(runs, key=lambda run: run[0] - run[1]):
        if end > start:
            yield words[start:end]


def is_common(root: str) -> bool:
    return root in _COMMON


class Vocabulary:
    """The directory's own words, each form as it is written with its stem: what a misspelt word may have meant. Never
    changes: share it between threads.

    Slips are sought in the words as they are written, for a slip in an ending hides the stem: "housnig" is "housing".
    """

    def __init__(self, forms: Mapping[str, str]) -> None:
        self._known = frozenset(forms.values())
        self._root = {bare_form(form): root for form, root in forms.items()}
        self._near = _by_letter({*self._root, *self._known})
        self._asking = _by_letter({word for word in _ASKING if len(word) >= ASKING_SLIPS_FROM})

    def meant(self, word: str, root: str, *, mend: bool = True) -> tuple[str, ...] | None:
        """Stems that the word may mean: its own where the directory has it; else those of up to MOST words that it is
        one slip from (two where it is long). None where it is a slip of a word that only says that somebody asks.

        The first letter is taken as meant: slips there are rare, and "walking" is not "talking".
        """
        if root in self._known:
            return (root,)
        form = bare_form(word)
        if len(form) < SLIPS_FROM or not mend:
            return ()
        near = _nearest(form, self._near)
        if near:
            return tuple(dict.fromkeys(self._root.get(found, found) for found in near))
        return None if len(form) >= ASKING_SLIPS_FROM and _nearest(form, self._asking) else ()


def bare_form(word: str) -> str:
    """The word without accents, capitals and what follows an apostrophe."""
    return plain(word).split("'", maxsplit=1)[0]


def _by_letter(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in sorted(words):
        if len(word) >= SLIPS_FROM:
            found.setdefault(word[0], []).append(word)
    return {letter: tuple(own) for letter, own in found.items()}


def _nearest(form: str, words: Mapping[str, Sequence[str]]) -> list[str]:
    """All that are equally near and near enough, the first MOST of them."""
    slips = 1 if len(form) < 8 else 2
    near = extract(
        form, words.get(form[0], ()), scorer=OSA.distance, score_cutoff=slips, limit=MOST, processor=None
    )  # fmt: skip
    best = min((distance for _, distance, _ in near), default=0)
    return [word for word, distance, _ in near if distance == best]
