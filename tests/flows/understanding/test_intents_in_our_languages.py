"""What has a flow of its own is asked for in our languages too, as families write it: with accents or without."""

from collections.abc import Iterator

import pytest

from flows.understanding import CompiledLexicon

SAID = {
    "human/complaint": [
        "quiero poner una queja", "Quiero quejarme de su trabajadora", "chcę złożyć skargę", "chce zlozyc skarge",
        "chcę złożyć skargę na waszą pracownicę", "quero fazer uma reclamação", "je veux faire une réclamation",
        "je veux me plaindre de votre assistante", "voglio fare un reclamo sulla vostra operatrice",
        "waxaan rabaa inaan cabasho gudbiyo", "أريد تقديم شكوى", "مجھے شکایت کرنی ہے", "mujhe shikayat karni hai",
    ],
    "help/feedback": [
        "tengo una sugerencia", "mam pomysł", "tenho uma sugestão", "j'ai une idée", "ho un suggerimento",
        "waxaan hayaa talo soo jeedin", "عندي اقتراح", "میری ایک تجویز ہے",
    ],
    "help/hours": [
        "¿A qué hora abren?", "kiedy jestescie otwarci?", "qual é o vosso horário?", "quels sont vos horaires",
        "siete aperti?", "goorma ayaad furan tihiin", "متى تفتحون؟", "آپ کب کھلتے ہیں؟",
    ],
    "help/young": [
        "soy menor de edad", "tengo 14 años puedo escribirles", "mam 13 lat czy moge do was pisac",
        "sou menor de idade",
        "j'ai 13 ans est-ce que je peux vous écrire", "sono minorenne", "waxaan ahay cunug", "أنا قاصر", "میں بچہ ہوں",
    ],
    "help/will-you-take": [
        "me van a quitar a mis hijos", "czy zabierzecie mi dzieci?", "vão tirar-me os filhos?",
        "vous allez me prendre mes enfants ?", "mi porterete via i bambini?", "ma iga qaadaysaan carruurta",
        "هل ستأخذون أطفالي؟", "کیا آپ میرے بچے لے جائیں گے؟",
    ],
    "help/insult": [
        "¡son unos inútiles!", "jesteście beznadziejni", "não servem para nada", "vous êtes nuls !",
        "non servite a niente", "waxba ma tartaan", "انتم بلا فائدة", "آپ لوگ بیکار ہیں",
    ],
    "help/listing-wrong": [
        "ese número no funciona", "ten numer nie działa", "esse número não funciona", "ce numéro ne marche pas",
        "quel numero non funziona", "lambarkaasi ma shaqeynayo", "هذا الرقم لا يعمل", "یہ نمبر کام نہیں کر رہا",
    ],
}  # fmt: skip
OTHERS = [
    "quiero quejarme del colegio de mi hijo",
    "mój synek ma 13 lat i nie śpi",
    "mon fils a 13 ans et il ne parle plus",
    "el horario del colegio de mi hija",
    "szukam pomysłów na weekend z dziećmi",
    "il bambino non dorme",
]


def told() -> Iterator[tuple[str, str]]:
    yield from ((text, kind) for kind, texts in SAID.items() for text in texts)


@pytest.mark.parametrize(("text", "kind"), list(told()))
def test_a_flow_is_asked_for_in_our_languages(lexicon: CompiledLexicon, text: str, kind: str) -> None:
    """Claim: a complaint, feedback, opening hours, a young person, a fear for the children, a wrong listing."""
    assert lexicon.intent_kind(text) == kind


@pytest.mark.parametrize("text", OTHERS)
def test_what_only_sounds_like_it_stays_a_need(lexicon: CompiledLexicon, text: str) -> None:
    """Claim: a complaint of a school, a child's age and a school's hours are nothing asked of us."""
    assert lexicon.intent_kind(text) == "need"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("you're useless", "help/insult"),
        ("Stupid bot!", "help/insult"),
        ("fuck you", "help/insult"),
        ("fuck off", "stop"),
        ("useless", "need"),
        ("he says you are useless", "need"),
        ("i feel stupid", "need"),
        ("fuck this i need a cot", "need"),
        ("you are all useless i need nappies", "need"),
    ],
)
def test_an_insult_is_one_only_where_it_is_all_that_was_said(lexicon: CompiledLexicon, text: str, kind: str) -> None:
    """Claim: a need beside it is heard, what somebody else said or how somebody feels is none, and STOP stays STOP."""
    assert lexicon.intent_kind(text) == kind


def test_danger_in_an_insult_is_danger(lexicon: CompiledLexicon) -> None:
    """Claim: no insult hides danger."""
    for text in ("fuck you he has a knife", "you are useless. i want to die", "stupid bot im going to kill myself"):
        assert lexicon.understand(text).risk == "urgent", text
