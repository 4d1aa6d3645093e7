"""Reading plain text: words, scripts, shingles. No language library: small lists, and honest about what they miss."""

import unicodedata
from collections import Counter

from core.domain.words import WORD

_SCRIPT_NAMES = "LATIN CYRILLIC GREEK ARABIC HEBREW DEVANAGARI CJK HIRAGANA KATAKANA HANGUL THAI"
_SCRIPTS = tuple(_SCRIPT_NAMES.split())

# Function words that are common in one language and rare in the others; enough to tell a sentence, not a word.
_LANGUAGE_WORDS = {
    "English": "the and of to is that for with are what how you which this from",
    "German": "der die das und ist nicht ein eine mit für auf wie dem den von",
    "French": "le les des est une pour dans que avec sur vous quel pas et du",
    "Spanish": "el los las una por para que con del es cómo está qué y su",
    "Italian": "il gli della che per una con sono di nel come è questo più alla",
    "Portuguese": "os uma para que com não do da em são como mais você ao dos",
    "Dutch": "het een van en is niet voor met op zijn dat hoe aan wat deze",
}
_LANGUAGES = {name: frozenset(words.split()) for name, words in _LANGUAGE_WORDS.items()}

# Words that say nothing by themselves: a response of only these is empty. Our own list.
_STOP_WORDS = """
a about after again all also am an and any are as at be because been before being both but by can could did do does
done each either else for from further had has have he her here hers him his how however i if in into is it its just
may me might more most must my neither no nor not now of off on once only or other our out over own same shall she
should so some such than that the their them then there these they this those through to too under until up upon very
was we were what when where whether which while who whom whose why will with would yet you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

# Words with which English tells somebody to do something, or asks. Our own list.
_REQUEST_WORDS = """
act adapt add analyse analyze answer apply argue arrange assess assume avoid back begin brainstorm build calculate
categorize check choose cite classify collect combine come comment compare complete compose compute conduct consider
construct contrast convert correct count craft create critique debate debug decide deduce define demonstrate derive
describe design detail determine develop devise diagnose differentiate discuss distinguish divide draft draw edit
elaborate ensure estimate evaluate examine expand explain explore extract fill find fix follow format formulate
generate get give guess help highlight identify illustrate imagine implement improve include incorporate infer
integrate interpret introduce invent investigate judge justify keep leave let limit list locate make mark match
measure mention modify multiply name narrate note offer optimise optimize order organize outline paraphrase parse pick
plan play please point predict prepare present pretend produce propose prove provide put quote rank rate read
rearrange reason recommend record refactor refer reflect rephrase research respond restrict review revise rewrite role-play
roleplay say select set share show simplify simulate sketch solve sort specify speculate start state suggest suit sum
summarise summarize take teach tell test think trace transform translate try underline use using verify walk weigh
work write you your
"""
REQUEST_WORDS = frozenset(_REQUEST_WORDS.split())

# Words for kinds of texts and tasks: two tasks may both want a Python function and still have nothing in common.
_KINDS = """
answer article clause clear clearly code detail email essay following function html javascript json letter line lines
list message paragraph poem program python query question reason report sentence sentences short
sql step steps story string table task text word words xml
"""
# Words that name no thing of their own: "the purpose, the kind and the number of it" tells nothing new.
_GENERAL = """
aspect case cases cause content difference effect form format goal impact importance kind kinds length meaning method
name nature number numbers order outcome process purpose quality result role rule situation situations specific style
subject theme topic type types use used way
"""
_EMPTY_WORDS = REQUEST_WORDS | frozenset(_KINDS.split()) | frozenset(_GENERAL.split())


def words(text: str) -> list[str]:
    """The words of a text, in lower case. A number is a word; a Han, kana or Hangul character is one too."""
    return [word.casefold() for word in WORD.findall(text)]


def plain(text: str) -> str:
    """The text with case, spacing and outer punctuation levelled, for asking whether two texts are the same."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(" .!\"'“”")


def shingles(text: str, size: int = 3) -> frozenset[tuple[str, ...]]:
    """All runs of `size` words; a shorter text is one shingle."""
    found = words(text)
    if len(found) <= size:
        return frozenset({tuple(found)}) if found else frozenset()
    return frozenset(tuple(found[at : at + size]) for at in range(len(found) - size + 1))


def jaccard(one: str, other: str) -> float:
    """Shared shingles over all shingles, 0 to 1. Two empty texts are alike."""
    left, right = shingles(one), shingles(other)
    return len(left & right) / len(left | right) if left or right else 1.0


def telling_words(text: str) -> frozenset[str]:
    """The stems (first five letters) of the words that say what a text is about, without stop words and requests."""
    return frozenset(word[:5] for word in words(text) if word not in STOP_WORDS and word not in _EMPTY_WORDS)


def script(text: str) -> str | None:
    """The script most letters are in, as Unicode names it; None below ten letters."""
    counts: Counter[str] = Counter()
    for letter in text[:4000]:
        if letter.isalpha():
            name = unicodedata.name(letter, "")
            counts[next((known for known in _SCRIPTS if name.startswith(known)), "OTHER")] += 1
    if counts.total() < 10:
        return None
    found = counts.most_common(1)[0][0]
    return "CJK" if found in ("HIRAGANA", "KATAKANA") else found


def language(text: str) -> str | None:
    """The Latin-script language whose function words are clearly most frequent; None if that cannot be told."""
    found = words(text[:4000])
    counts = sorted(((sum(w in known for w in found), name) for name, known in _LANGUAGES.items()), reverse=True)
    (best, name), (second, _) = counts[0], counts[1]
    return name if best >= 2 and best >= 2 * second else None
