"""Words and their normal forms: the tokens that are indexed, searched and marked in a passage.

Invariant: every engine is fed these tokens (joined by blanks, split at blanks again), so that one text gives
the same tokens, counts and ranking whatever engine holds it. A token is folded (no accents, lower case), freed
of a possessive `'s`, and stemmed (M. F. Porter, An algorithm for suffix stripping, Program 14, 1980, and one
rule more: see `stem`), so that `wire hangers` finds `hangers of steel wire`. Stop words are tokens
too: phrases need them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+(?:['’][sS]\b)?")
_NOT_WORD = re.compile(r"[\W_]+")
_POSSESSIVE = re.compile(r"(?<=[^\W_])'[sS]\b")
_BLANKED = {code: chr(code) if chr(code).isalnum() else " " for code in range(128)}
_LONGEST = 64  # characters; longer runs are no words (encoded attachments), and engines refuse 32 KB terms

# Words that say nothing about a document on their own. They are left out of a bag of words, not of phrases.
_IDLE = """
    a about above after again against all also am an and any are as at be because been before being below between
    both but by can cannot could did do does doing down during each few for from further had has have having he
    her here hers him his how i if in into is it its itself just may me might more most must my no nor not of off
    on once only or other our out over own per same shall she should so some such than that the their them then
    there these they this those through thus to too under until up upon us very was we were what when where
    whether which while who whom whose why will with within without would you your
"""
STOP_WORDS = frozenset(_IDLE.split())


def tokens(text: str) -> list[str]:
    """The tokens of a text, in order.

    >>> tokens("Wire hangers of the importer's: 7326.20.0020")
    ['wire', 'hanger', 'of', 'the', 'import', '7326', '20', '0020']
    """
    return list(map(_TOKENS.__getitem__, _words(text)))


def spans(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, str]]:
    """Each token with the characters it covers in the text.

    >>> list(spans("Steel hangers"))
    [(0, 5, 'steel'), (6, 13, 'hanger')]
    """
    for match in _WORD.finditer(text, start, len(text) if end is None else end):
        yield match.start(), match.end(), _TOKENS[match.group()]


def content_tokens(text: str) -> list[str]:
    """The tokens that carry meaning: without stop words, unless there are no others. No token comes twice.

    >>> content_tokens("what was tried on the importer of record")
    ['tri', 'import', 'record']
    """
    words = _WORD.findall(text)
    content = dict.fromkeys(token(word) for word in words if word.lower() not in STOP_WORDS)
    return list(content or dict.fromkeys(map(token, words)))


def tokens_and_forms(text: str) -> tuple[list[str], list[str]]:
    """The tokens, and the words as they are written (folded, whole) where their token is another; none of these twice.
    What a word begins with is asked of both.

    >>> tokens_and_forms("Classified as wire hangers, wire")
    (['classif', 'as', 'wire', 'hanger', 'wire'], ['classified', 'hangers'])
    """
    words = _words(text)
    forms = dict.fromkeys(map(_FORMS.__getitem__, words))
    forms.pop("", None)
    return list(map(_TOKENS.__getitem__, words)), list(forms)


def _words(text: str) -> list[str]:
    """The words of a text as `_WORD` finds them, those in plain letters (most texts) without their possessive."""
    if not text.isascii() or "'s'" in text or "'S'" in text:
        return _WORD.findall(text)
    if "'" in text:
        text = _POSSESSIVE.sub("", text)
    return text.translate(_BLANKED).split()


def neighbours(text: str) -> list[tuple[str, str]]:
    """Tokens of words side by side, each pair once; stop words are neither kept nor bridged.

    >>> neighbours("hangers of steel wire")
    [('steel', 'wire')]
    """
    words = ((token(word), word.lower() in STOP_WORDS) for word in _WORD.findall(text))
    beside = pairwise(words)
    return list(dict.fromkeys((one, two) for (one, idle), (two, idle_too) in beside if not (idle or idle_too)))


def token(word: str) -> str:
    """The token of one word: folded, lower case, stemmed.

    >>> [token(w) for w in ("Hangers", "Möbel's", "classifications")]
    ['hanger', 'mobel', 'classif']
    """
    return _TOKENS[word]


def folded(word: str) -> str:
    """A word without accents and possessive, in lower case, cut where no word goes on.

    >>> folded("Möbel's")
    'mobel'
    """
    if word[-2:] in ("'s", "’s", "'S", "’S"):
        word = word[:-2]
    if not word.isascii():
        plain = _NOT_WORD.sub("", unicodedata.normalize("NFKD", word).casefold())
        word = "".join(letter for letter in plain if not unicodedata.combining(letter)) or word
    return word.lower()[:_LONGEST]


# The stemmer. A word is read as (C)(VC){m}(V); a suffix goes when what is left of it has measure enough.
_VOWEL_RUNS = re.compile(r"v+c")
_STEP_2 = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "bli": "ble", "alli": "al",
    "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate", "alism": "al",
    "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble",
    "logi": "log",
}  # fmt: skip
_STEP_3 = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
_STEP_4 = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate",
    "iti", "ous", "ive", "ize",
)  # fmt: skip


def _suffix(suffixes: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(sorted(suffixes, key=len, reverse=True))})$")


_STEP_2_SUFFIX, _STEP_3_SUFFIX, _STEP_4_SUFFIX = _suffix((*_STEP_2,)), _suffix((*_STEP_3,)), _suffix(_STEP_4)


def _shape(word: str) -> str:
    """The word as a string of `c` and `v`; y is a vowel after a consonant."""
    shape = ""
    for letter in word:
        shape += "v" if letter in "aeiou" or (letter == "y" and shape.endswith("c")) else "c"
    return shape


def _measure(word: str) -> int:
    return len(_VOWEL_RUNS.findall(_shape(word)))


def _ends_short(word: str) -> bool:
    return _shape(word).endswith("cvc") and word[-1] not in "wxy"


def stem(word: str) -> str:
    """The stem of a lower-case English word; words of up to two letters and words with digits stay.

    Verbs in -ify lose the i that Porter leaves them, so that what was classified, modified or certified is
    found by its classification, modification or certificate.

    >>> [stem(w) for w in ("ties", "agreed", "hopping", "relational", "adjustment", "rolled", "mfg2s")]
    ['ti', 'agre', 'hop', 'relat', 'adjust', 'roll', 'mfg2s']
    """
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return word
    stemmed = _without_final_e(_without_derivation(_without_inflection(word)))
    return stemmed[:-1] if stemmed.endswith("ifi") else stemmed


def _without_inflection(word: str) -> str:
    if word.endswith(("sses", "ies")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if word.endswith("eed"):
        if _measure(word[:-3]) > 0:
            word = word[:-1]
    elif word.endswith(("ed", "ing")):
        rest = word[: -2 if word.endswith("ed") else -3]
        if "v" in _shape(rest):
            word = _restored(rest)
    if word.endswith("y") and "v" in _shape(word[:-1]):
        word = word[:-1] + "i"
    return word


def _restored(word: str) -> str:
    """What a past tense or participle is without its ending: `hopp` is hop, `conflat` is conflate."""
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if len(word) > 1 and word[-1] == word[-2] and _shape(word[-1]) == "c" and word[-1] not in "lsz":
        return word[:-1]
    if _measure(word) == 1 and _ends_short(word):
        return word + "e"
    return word


def _without_derivation(word: str) -> str:
    for suffixes, becomes in ((_STEP_2_SUFFIX, _STEP_2), (_STEP_3_SUFFIX, _STEP_3)):
        found = suffixes.search(word)
        if found and _measure(word[: found.start()]) > 0:
            word = word[: found.start()] + becomes[found.group()]
    found = _STEP_4_SUFFIX.search(word)
    if found:
        rest = word[: found.start()]
        if _measure(rest) > 1 and (found.group() != "ion" or rest.endswith(("s", "t"))):
            word = rest
    return word


def _without_final_e(word: str) -> str:
    if word.endswith("e"):
        rest = word[:-1]
        measure = _measure(rest)
        if measure > 1 or (measure == 1 and not _ends_short(rest)):
            word = rest
    if word.endswith("ll") and _measure(word) > 1:
        word = word[:-1]
    return word


class _Remembered(dict[str, str]):
    """What a function makes of each word. Words follow Zipf's law, so few are worked out twice."""

    _MOST = 1 << 18

    def __init__(self, made: Callable[[str], str]) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, word: str) -> str:
        if len(self) >= self._MOST:
            self.clear()
        made = self[word] = self._made(word)
        return made


def _form(word: str) -> str:
    """The word as it is written where its token is another; else empty."""
    form = folded(word)
    return form if stem(form) != form else ""


_TOKENS = _Remembered(lambda word: stem(folded(word)))
_FORMS = _Remembered(_form)
