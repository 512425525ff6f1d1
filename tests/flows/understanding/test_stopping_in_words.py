"""Asking to stop, and to go on, in one's own words: many of the same words say either.

Who asked us to stop and is texted again was not listened to; who asked us to go on and is not was lost.
"""

import pytest

from flows.understanding import CompiledLexicon

STOPS = """
dont text me again
never text me again
please do not contact me again
don't contact me again
i said stop dont text me again
do not message me again please
you must not contact me again
stop texting me and dont start again
never ever text me again
never contact us again
dont ever text me again
please never message me again
i dont want you to text me again
i dont want texts again
i dont want to hear from you again
dont you dare text me again
dont send me texts again
dont send me any more texts
please dont write to me again
do not text this number again
don't text us anymore
pls dont txt me again
dnt text me again
please don't start texting me again
i never want to hear from you again
can you not text me again
can you stop texting me please
please stop texting me
i want you to stop texting me
i told you not to text me again
i asked you not to contact me
stop sending me messages
no more texts please
stop texting me my baby died
my baby died please stop texting me
stop texting me, my son died
dont text me again my baby died
we had a miscarriage stop sending baby texts
my mum died dont text me again
nie piszcie do mnie więcej
proszę nie pisać do mnie więcej
nigdy więcej do mnie nie piszcie
nie piszcie do mnie znowu
nie kontaktujcie się ze mną więcej
nie wysyłajcie mi więcej wiadomości
no me escriban nunca más
no me escriban otra vez
no me manden más mensajes
nunca más me escriban
por favor no me contacten más
no quiero más mensajes
no me vuelvan a escribir
não me escrevam mais
não me mandem mais mensagens
nunca mais me contactem
por favor não me contactem mais
não quero mais mensagens
ne m'écrivez plus
ne m'écrivez plus jamais
ne me contactez plus
ne m'envoyez plus de messages
je ne veux plus de messages
ne me recontactez plus jamais
non scrivetemi più
non mi scrivete mai più
non contattatemi più
non mandatemi più messaggi
non voglio più messaggi
ha ii soo dirin mar dambe
ha i soo dirin fariimo
fariimaha jooji
ha ii soo qorin mar kale
لا ترسلوا لي رسائل مرة أخرى
لا تراسلوني مرة أخرى
لا أريد رسائل بعد الآن
لا تتواصلوا معي مرة أخرى
توقفوا عن إرسال الرسائل
مجھے دوبارہ پیغام نہ بھیجیں
پیغام نہ بھیجیں
مجھے میسج مت کرو
mujhe dobara message mat karna
mujhe message mat karo
dobara message mat bhejna
i signed up by mistake please stop texting me
i signed up by accident stop texting me
stop texting me i gave you my number by mistake
stop texting me it was a mistake to sign up
i said start by mistake, stop texting me
i texted start by accident please stop the texts
you are texting me by mistake stop texting me
i texted you by mistake, stop texting me
i said stop texting me
dont text me at all
dont text me at my work number
dont text me ever
stop texting me i am at work
stop texting me im at work
stop texting me now im at work
dont text me anymore i work nights
stop texting me when will you learn
why do you text me at work stop texting me
please stop texting me full stop
""".strip().splitlines()
NO_STOPS = """
text me again
start texting me again
please text me again
can you text me again
please start the texts again
i want texts again
turn texts back on
why dont you text me again
why did you not text me again
he never texts me again
she never texts me
my ex wont stop texting me
he said he will never text me again
he will not stop texting me again
the school never contact me
nobody contacts me again
you never text me
you never contact me
you never texted me again
dont stop texting me
please dont stop the texts
never stop texting me
dont forget to text me again
do not forget to text me
dont be afraid to text me again
i dont mind if you text me again
dont text me tonight
i don't want to stop
why do you not contact me
i didnt mean to stop texts
my son wont stop hitting
how do i stop him hitting
how do i stop my baby crying
stop my son texting that man
my husband stops me texting
my ex said dont contact me again
he told me never to text him again
nie przestawajcie pisać
piszcie do mnie znowu
piszcie do mnie
on nigdy do mnie nie pisze
escríbanme otra vez
no dejen de escribirme
él nunca me escribe
nunca me escribe el colegio
escrevam-me outra vez
não parem de me escrever
ele nunca me escreve
écrivez-moi encore
n'arrêtez pas de m'écrire
il ne m'écrit jamais
il ne m'écrit plus
scrivetemi di nuovo
non smettete di scrivermi
lui non mi scrive mai
mar kale ii soo dir
ii soo dir fariin
راسلوني مرة أخرى
لا تتوقفوا عن مراسلتي
مجھے دوبارہ پیغام بھیجیں
پیغام بند نہ کریں
mujhe dobara message karo
message band mat karo
stop texting me is what i said by accident
i said stop by mistake
i said stop texting me by mistake
i texted stop texting me by accident
sorry i sent stop by mistake
stop was a mistake
i didnt mean to say stop texting me
i did not mean stop texting me
ignore my stop texting me i sent it by accident
i pressed stop by mistake please text me
my kid sent stop texting me by accident
my son texted you stop by mistake
i told you to stop texting me by mistake
by mistake i said stop the texts
i accidentally said stop texting me
accidentally sent stop texting me
i unsubscribed by mistake
i stopped the texts by accident
the stop was meant for someone else
he doesnt text me at work
my ex texts me at work
he wont stop texting me at work
my ex wont stop texting me when im at work
school dont text me at work when hes ill
my boss said dont text me at work
you never text me when i ask
i cant cope at work
i dont work
dont text me until monday
text me after work
only text me after 6
he told me not to text him at work
the nursery never contact me when he is ill
why dont you text me when you say you will
no me escriben del colegio cuando falta
no me mandes dinero cuando puedas
nie pracuję w nocy
mi jefe me escribe por la noche
no puedo ir al trabajo por la noche
ne m'oubliez pas la nuit
non scrivermi in inglese quando rispondi
""".strip().splitlines()
NOT_THEN = """
don't text me at work
dont text me at work
dont text me when im at work
please dont text me at work
do not text me at work
not at work please
no texts at work please
dont text me while i'm working
dont message me during work
stop texting me at work
please stop texting me at work
never text me at work
dont text me at night
dont text me when he is home
dont text me when my husband is here
please stop texting me when my husband is home
dont text me after 9
dont text me in the day
dont text me before 6pm
please dont text me in the morning
please dont text me at work again
dont text me at work anymore
can you not text me at work
could you please not message me at work
i dont want texts at work
dont text me on weekends
dont contact me at work pls
dont text me during school run
no me escriban en el trabajo
no me escriba cuando estoy en el trabajo por favor
no me manden mensajes por la noche
por favor no me envíen mensajes mientras trabajo
nie piszcie do mnie w pracy
proszę nie pisać do mnie w nocy
nie wysyłajcie mi smsów kiedy jestem w pracy
não me escrevam no trabalho
não me mandem mensagens à noite
por favor não me enviem mensagens quando estou no trabalho
ne m'écrivez pas au travail
ne m'envoyez pas de messages au travail
merci de ne pas m'écrire la nuit
ne m'envoyez pas de sms quand je travaille
non mi scrivete al lavoro
non scrivetemi al lavoro
non mandatemi messaggi di notte
per favore non mi scrivete quando sono al lavoro
ha ii soo qorin markaan shaqada joogo
fariin ha iigu soo dirin shaqada
ha ii soo dirin fariimo habeenkii
لا تراسلوني في العمل
لا ترسلوا لي رسائل في الليل
من فضلك لا تكتبوا لي وانا في الدوام
مجھے کام پر میسج نہ کریں
کام کے وقت میسج مت کریں
رات کو میسج نہ کریں
mujhe kaam par message na karein
kaam pe msg mat karo
raat ko message na karen
no me escriban más por la noche
""".strip().splitlines()


@pytest.mark.parametrize("text", STOPS)
def test_words_that_ask_to_stop_are_a_stop(lexicon: CompiledLexicon, text: str) -> None:
    """Claim: in each of the nine languages, with a death told before or after them too."""
    assert lexicon.intent_kind(text) == "stop"


@pytest.mark.parametrize("text", NO_STOPS)
def test_words_that_ask_for_texts_or_tell_of_others_end_nothing(lexicon: CompiledLexicon, text: str) -> None:
    """Claim: neither asking to be texted again, nor news of who does not text them, is a stop or of our times."""
    assert lexicon.intent_kind(text) not in ("stop", "stop/not-then")


@pytest.mark.parametrize("text", NOT_THEN)
def test_when_not_to_text_is_a_wish_about_times(lexicon: CompiledLexicon, text: str) -> None:
    """Claim: "don't text me at work" names the times and is heard so in each of the nine languages; it is neither
    a stop nor lost."""
    assert lexicon.intent_kind(text) == "stop/not-then"
