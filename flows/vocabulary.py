"""The small closed lists of words that replies are read by. What families say at large is content, not code."""

from collections.abc import Mapping


def phrases(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split("|"))


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def places(text: str, first: int = 1) -> Mapping[str, int]:
    """Each group of "|" in its place, by each of its words."""
    return {name: place for place, names in enumerate(text.split("|"), start=first) for name in names.split()}


POLITE = words("please pls plz plse thanks thank you thx ta cheers x xx xxx mate hun love ok okay")
YES = words(
    "yes y ye yeh yea yeah yah yep yup yess yesss yas aye sure definitely absolutely fine ok okay 👍 ✅"
) | phrases("yes i do|yes i am|of course|go on|go ahead|thats fine|that's fine")
NO = words("no n nah nope noo nooo na never dont don't 👎 ❌") | phrases(
    "no way|not now|not really|id rather not|i'd rather not|rather not"
)
SKIP = words("skip pass next n/a") | phrases(
    "skip it|skip this|prefer not to say|rather not say|dont want to say|don't want to say|i dont want to say"
    "|i don't want to say|id rather not say|i'd rather not say"
)
# Said to "what is your first name?", these are no name; nor is what stands before one part of it.
NOT_NAMES = words(
    "help who why what when how this that it me mum mummy dad more menu hi hello hey hiya none nothing nobody test gone"
    " stop send human person text call anytime sometimes maybe dunno scared tired sad sorry busy worried lost stressed"
    " pregnant desperate struggling alone hungry crying back"
)
# One of these makes it a sentence: "he has gone now" is nobody's name.
SENTENCE = words(
    "he she they we you he's hes she's shes has have had is was are not my the to of in on at his her him them our"
    " cant can't dont don't wont won't just need want please saying going coming here there now"
)
NAME_LEADS = phrases(
    "my first name is|my first names|my first name's|my name is|my names|my name's|name is|names|first name|name|i am"
    "|i'm|im|it is|it's|its|this is|they call me|people call me|call me|you can call me|hi|hello|hey|hi its|hi it's"
    "|hi im|hi i'm|hello im|hello its"
)
ORDINALS = places("first 1st one|second 2nd two|third 3rd three|fourth 4th four|fifth 5th five|sixth 6th six")
NUMBER_WORDS = places("zero nought nil|one|two|three|four|five|six|seven|eight|nine|ten", first=0)
MONTHS = places(
    "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september"
    "|oct october|nov november|dec december"
)
WEEKDAYS = places(
    "monday mon|tuesday tues tue|wednesday weds wed|thursday thurs thur thu|friday fri|saturday sat|sunday sun", 0
)
# Words that may stand before a score ("id say about a 6") and words that say nothing in a pick ("the nursery one").
CUES = words(
    "a an about around maybe prob probably like say id i'd i would its it's it is im i'm at feel feeling today now"
    " still only just roughly between score my number give be well um er hmm so on were we're things are as"
)
FILLERS = words(
    "the one that option about for a an i want would like id i'd please pls plz some with in do you speak can we"
)
BORN = words(
    "and due born in on the my son daughter is was dob b he she his her name hes she's he's shes called they both"
)
# A number said of something else is no score: "2 kids are ill" to "how are things, 0 to 10?".
COUNTED = (
    r"(?:kids?|child(?:ren)?|bab(?:y|ies)|boys?|girls?|lads?|sons?|daughters?|y(?:ea)?rs?|yo|months?|mths?|weeks?|wks?"
    r"|days?|nights?|hours?|hrs?|min(?:ute)?s?|am|pm|times?|people|of|beds?|bedrooms?|pounds?|quid|p|k|th|st|nd|rd)\b"
)

# The words carriers act on, and their nearest forms. Twilio's documentation of opt-out keywords for SMS: STOP,
# STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, OPTOUT, REVOKE end; START, YES, UNSTOP begin again.
CARRIER_STOP = words("stop stopall unsubscribe cancel end quit revoke optout")
CARRIER_START = words("start yes unstop")
STOP = CARRIER_STOP | phrases(
    "stop all|opt out|opt-out|stop stop|stop texts|stop texting|stop messages|stop msgs|stop texting me"
    "|stop messaging me|text stop|stop now"
)
START = words("start unstop")
YES_START = words("yes")
# With how long after them, a pause. STOP and its forms stay what they are: alone, they end our texts.
PAUSE = words(
    "pause paused pausa pausar pauza przerwa wstrzymaj wstrzymajcie sospendi sospendete hakad nasasho ايقاف وقف توقف"
    " اوقفوا"
)
PAUSE_IF_UNTIL = words("stop parar pare parem paren para ferma fermate jooji joogso arretez arrete")
UNTIL = words(
    "for until till til over hasta por durante do na ate fino per jusqu jusquen jusquau ilaa muddo pendant pour"
)
PAUSE_LAST = words("روك روكيں روكو")  # Urdu says what to do last
LESS = words("less fewer menos mniej moins meno yaree اقل كم")
