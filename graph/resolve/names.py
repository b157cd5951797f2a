"""How alike two names are, from 0 to 1, and why: which words met, and which found no partner.

Invariant: the answer is the same whichever name stands first, a name is wholly like itself, and the order of
words says nothing. A company's name is a bag of words weighted by rarity: that two names share `TRADING` says
little, that each has a rare word which the other lacks says much.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from graph.resolve.words import (
    Name,
    consonants,
    generation,
    initial_of_nickname,
    is_place,
    looks_like_company,
    names_in,
    nicknames,
    read_name,
    share,
    spellings,
    without_titles,
)

# At this score a pair of names is called the same where nothing but the names is known. Names of companies are written
# in more ways than names of people, and more people share one.
SAME_COMPANY_FROM: Final = 0.7
SAME_PERSON_FROM: Final = 0.78

# A word that no list and no record knows stands in one name of this many; the data are counted on top of a
# background of as many names, so that a handful of records does not make every word rare or common.
_UNKNOWN_IN: Final = 20_000
_BACKGROUND: Final = 3_000
_IDLE_BITS: Final = 1.0
_NUMBER_BITS: Final = 7.0
_LETTER_BITS: Final = 4.5
# What a word that only one of the names has costs, against a word that each has instead of the other's.
_EXTRA: Final = 0.45
_CONFLICT: Final = 1.4
_DIFFERENT_FORM: Final = 0.01
# Plant 1 and Plant 2 are two plants, however much else their names share.
_OTHER_NUMBER: Final = 0.75
# So are branches in two places, of Ohio and of Texas, of the North and of the South.
_OTHER_PLACE: Final = 0.75
# A holding, a fund or an insurer beside the firm whose name it bears is a firm of its own.
_OTHER_FIRM: Final = 0.7
_FIRMS_BESIDE: Final = frozenset(
    ("HOLDING", "INVESTMENT", "CAPITAL", "TRUST", "FINANCE", "INSURANCE", "SECURITIES", "FUND", "LEASING")
)
# Words that many names share do not make one of two, while a word that few have stands alone.
TELLING_BITS: Final = 8.0
_NOTHING_TELLING: Final = 0.75
# IBM is an abbreviation of its whole name; two letters are so of many.
_ACRONYM: Final = {2: 0.75, 3: 0.85, 4: 0.9}
# A father and his son are two people with one name.
_OTHER_GENERATION: Final = 0.3
# Brothers and sisters share a name and often all else.
_OTHER_GIVEN: Final = 0.7
# A slip seldom hits the first letter; KAMAL and JAMAL are two names.
_OTHER_INITIAL: Final = 0.85
_LEAST_ALIKE: Final = 0.7
_SOUNDS_ALIKE: Final = 0.75
_SHORTER_PERSON: Final = 0.5
_HARDENED: Final = str.maketrans("BDGV", "PTKF")
_NO_INITIAL: Final = frozenset(("AND", "OF", "THE", "FOR"))
_ROMAN: Final = frozenset(["II", "III", "IV", "VI", "VII", "VIII", "IX"])


@dataclass(frozen=True, slots=True)
class Rarity:
    """How rare words are: counted in the names at hand, on top of what is known of company names at large."""

    names: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    _weighed: dict[str, tuple[float, float]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, names: Iterable[Name]) -> "Rarity":
        """Count each word once a name."""
        counts: dict[str, int] = {}
        total = 0
        for name in names:
            total += 1
            for word in set(name.words):
                counts[word] = counts.get(word, 0) + 1
        return cls(total, counts)

    def bits(self, word: str) -> float:
        """-log2 of the share of names in which a word stands: 14 for an unknown word, 4 for TRADING."""
        return self.weighed(word)[0]

    def weighed(self, word: str) -> tuple[float, float]:
        """A word's bits, and what it weighs in a name: dampened, for twice as rare is not twice as telling."""
        found = self._weighed.get(word)
        if found is None:
            known = share(word) or 1 / _UNKNOWN_IN
            # One of its holders is the name itself: only the others say that the word is common.
            held = max(self.counts.get(word, 0) - 1, 0) + known * _BACKGROUND
            bits = max(-math.log2(min(held / (self.names + _BACKGROUND), 1.0)), _IDLE_BITS)
            bits = min(bits, _LETTER_BITS) if len(word) == 1 else bits
            weight = _NUMBER_BITS if _is_number(word) else bits if bits < 8 else 8 + (bits - 8) / 2
            found = self._weighed[word] = (bits, weight)
        return found


@dataclass(frozen=True, slots=True)
class Met:
    """Words of two names that met: as written, how alike (0..1), and how they came to meet."""

    left: str
    right: str
    alike: float
    how: str  # same | spelling | sound | initial | short | joined | initials | nickname


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A score from 0 to 1 with its reasons: words that met, and words left alone on either side."""

    score: float
    met: tuple[Met, ...] = ()
    only_left: tuple[str, ...] = ()
    only_right: tuple[str, ...] = ()
    shared_bits: float = 0.0
    other_given: bool = False  # people who share a name, but not the given name

    def in_words(self) -> str:
        """The reasons as a sentence.

        >>> compare_names("Acme Intl Trading", "ACME INTERNATIONAL").in_words()
        'ACME, INTERNATIONAL in both; only on the left TRADING'
        """
        same = [met.left for met in self.met if met.how == "same"]
        near = [f"{met.left} for {met.right} ({met.how})" for met in self.met if met.how != "same"]
        parts = [f"{', '.join(same)} in both"] if same else []
        parts += near
        parts += [f"only on the left {', '.join(self.only_left)}"] if self.only_left else []
        parts += [f"only on the right {', '.join(self.only_right)}"] if self.only_right else []
        return "; ".join(parts)


_AT_LARGE: Final = Rarity()


def compare_names(left: str, right: str, *, rarity: Rarity = _AT_LARGE) -> NameMatch:
    """Two names as written, of companies or people.

    >>> compare_names("Shanghai Huayuan Trading Co., Ltd.", "SHANGHAI HUA YUAN TRDG").score > 0.9
    True
    >>> compare_names("Shanghai Trading Co", "Shanghai Tradelink Co").score < 0.5
    True
    """
    of_people = not (looks_like_company(left) or looks_like_company(right))
    matches = (
        compare_read(read_name(one), read_name(other), rarity=rarity, of_people=of_people)
        for one in names_in(left)
        for other in names_in(right)
    )
    return max(matches, key=lambda match: match.score)


def compare_people(left: str, right: str, *, rarity: Rarity = _AT_LARGE) -> NameMatch:
    """Two names of people: titles say nothing, nicknames and initials stand for names.

    >>> compare_people("Smith, Robert J.", "Dr Bob Smith").score >= SAME_PERSON_FROM
    True
    """
    return compare_read(read_name(left), read_name(right), rarity=rarity, of_people=True)


def compare_read(left: Name, right: Name, *, rarity: Rarity = _AT_LARGE, of_people: bool = False) -> NameMatch:
    """Two names that were read before."""
    words, others = left.words, right.words
    another = False
    if of_people:
        another = 0 < generation(words) != generation(others) > 0
        words, others = without_titles(words), without_titles(others)
    if not words or not others:
        return NameMatch(0.0, (), words, others)
    if not of_people and (acronym := _acronym(left, right, rarity)):
        return acronym
    swapped = (len(words), words) > (len(others), others)
    if swapped:
        words, others = others, words
    other_script = left.other_script or right.other_script
    match = _align(words, others, rarity, of_people=of_people, other_script=other_script)
    if left.forms and right.forms and not set(left.forms) & set(right.forms):
        match = _scored(match, max(match.score - _DIFFERENT_FORM, 0.0))
    if another:
        match = _scored(match, match.score * _OTHER_GENERATION)
    if of_people and _other_given(left, right, match):
        match = replace(match, score=match.score * _OTHER_GIVEN, other_given=True)
    return _turned(match) if swapped else match


# What transliterations and ears differ in, in the order in which it is put right.
_SOUNDS: Final = (
    ("QU", "KV"), ("IGHT", "ITE"), ("AE", "A"), ("OE", "O"), ("UE", "U"), ("KH", "H"), ("GH", "G"), ("PH", "F"),
    ("CK", "K"), ("SCH", "SH"), ("TSCH", "CH"), ("IE", "I"), ("EY", "I"), ("Y", "I"), ("J", "I"), ("W", "V"),
    ("Q", "K"), ("OU", "U"), ("OO", "U"), ("EE", "I"), ("C", "K"),
)  # fmt: skip
_Offer = tuple[float, float, tuple[int, ...], tuple[int, ...], str]  # alike, weight, places on each side, how


@dataclass(frozen=True, slots=True)
class _Side:
    """One name's words, what each weighs, and the places that have no partner yet."""

    words: tuple[str, ...]
    weights: list[float]
    free: set[int]


def _other_given(left: Name, right: Name, match: NameMatch) -> bool:
    """Whether two people share part of a name while the given name of each has no partner."""
    alone = (*match.only_left, *match.only_right)
    given = (left.given, right.given)
    return bool(match.met) and all(len(name) > 1 and name in alone for name in given) and given[0] != given[1]


def _align(
    words: tuple[str, ...], others: tuple[str, ...], rarity: Rarity, *, of_people: bool, other_script: bool
) -> NameMatch:
    """Partner the words of two names, likest and rarest first, and weigh what met against what did not."""
    weights = [rarity.weighed(word)[1] for word in words]
    weights_of_others = [rarity.weighed(word)[1] for word in others]
    if "".join(words) == "".join(others):
        bits = sum(rarity.bits(word) for word in words)
        return NameMatch(1.0, tuple(Met(word, word, 1.0, "same") for word in words), (), (), bits)
    free, free_others = set(range(len(words))), set(range(len(others)))
    chosen: list[tuple[int, Met, float, float]] = []  # place, words that met, weight met, bits
    for place, word in enumerate(words):
        if word in others:
            for other_place in sorted(free_others):
                if word == others[other_place]:
                    free.discard(place)
                    free_others.discard(other_place)
                    chosen.append((place, Met(word, word, 1.0, "same"), weights[place] * 2, rarity.bits(word)))
                    break
    offers: list[_Offer] = []
    for place in free:
        for other_place in free_others:
            alike, how = _alike(words[place], others[other_place], of_people, other_script)
            if alike:
                weight = weights[place] + weights_of_others[other_place]
                offers.append((alike, weight, (place,), (other_place,), how))
    one, other = _Side(words, weights, free), _Side(others, weights_of_others, free_others)
    offers += _joins(one, other)
    offers += [(alike, weight, places, joined, how) for alike, weight, joined, places, how in _joins(other, one)]
    offers.sort(key=lambda offer: (-offer[0] * offer[1], offer[2], offer[3]))
    for alike, weight, places, other_places, how in offers:
        if free.issuperset(places) and free_others.issuperset(other_places):
            free.difference_update(places)
            free_others.difference_update(other_places)
            left, right = " ".join(words[p] for p in places), " ".join(others[p] for p in other_places)
            bits = alike * min(
                sum(rarity.bits(words[p]) for p in places), sum(rarity.bits(others[p]) for p in other_places)
            )
            chosen.append((places[0], Met(left, right, alike, how), weight, bits if how != "initial" else bits / 4))
    chosen.sort(key=lambda met: met[0])
    full = sum(weight for _, _, weight, _ in chosen)
    met_weight = sum(met.alike * weight for _, met, weight, _ in chosen)
    alone = sum(weights[place] for place in free)
    alone_others = sum(weights_of_others[place] for place in free_others)
    conflict = min(alone, alone_others)
    extra = abs(alone - alone_others)
    left_alone, right_alone = {words[place] for place in free}, {others[place] for place in free_others}
    kept = _OTHER_NUMBER if any(map(_is_number, left_alone)) and any(map(_is_number, right_alone)) else 1.0
    if not of_people and (left_alone or right_alone):
        met_words = [word for _, met, _, _ in chosen for word in met.left.split()]
        kept *= _of_another_firm(left_alone, right_alone, met_words, rarity)
    score = met_weight / (full + 2 * _CONFLICT * conflict + _EXTRA * (1.5 if of_people else 1) * extra) if full else 0.0
    score *= kept
    return NameMatch(
        score,
        tuple(met for _, met, _, _ in chosen),
        tuple(words[place] for place in sorted(free)),
        tuple(others[place] for place in sorted(free_others)),
        sum(bits for _, _, _, bits in chosen),
    )


def _of_another_firm(left: set[str], right: set[str], met: Sequence[str], rarity: Rarity) -> float:
    """What is left of two companies' likeness when words that stand alone say that they are two: 1 where none does."""
    share = _OTHER_PLACE if any(map(is_place, left)) and any(map(is_place, right)) else 1.0
    if not (left and right) and not _FIRMS_BESIDE.isdisjoint(left | right):
        share *= _OTHER_FIRM
    telling = any(rarity.bits(word) > TELLING_BITS for word in left | right if not _is_number(word))
    if telling and all(rarity.bits(word) <= TELLING_BITS for word in met):
        share *= _NOTHING_TELLING
    return share


def _acronym(left: Name, right: Name, rarity: Rarity) -> NameMatch | None:
    """One name as the initials of all words of the other, its legal form's with them or not: TSMC, GE, AT&T."""
    for short, long in ((left, right), (right, left)):
        if len(short.words) >= len(long.words) or len(short.words[0]) > 6:
            continue
        written = "".join(word for word in short.words if word != "AND")
        words = [word for word in long.words if word not in _NO_INITIAL]
        if not 2 <= len(written) <= 6 or len(short.words) > 3 or len(words) < 2 or len(words) < len(long.words) - 2:
            continue
        if len(short.words) > 1 and max(map(len, short.words)) > 3:
            continue
        initials = "".join(word[0] for word in words)
        if written == initials or (len(initials) > 2 and long.forms and written == initials + "C"):
            alike = _ACRONYM[min(len(written), 4)]
            met = (Met(" ".join(left.words), " ".join(right.words), alike, "initials"),)
            return NameMatch(alike, met, (), (), alike * sum(map(rarity.bits, short.words)))
    return None


def _joins(one: _Side, other: _Side) -> list[_Offer]:
    """Words of one side written as one on the other: joined (`HUA YUAN`) or by their initials (`IBM`)."""
    words, free, weights = one.words, one.free, one.weights
    others, free_others, weights_of_others = other.words, other.free, other.weights
    offers: list[_Offer] = []
    for other_place in free_others:
        written = others[other_place]
        if len(written) < 2:
            continue
        for first in free:
            if words[first][0] != written[0]:
                continue
            run, initials = words[first], words[first][0]
            for last in range(first + 1, min(first + 6, len(words))):
                if last not in free:
                    break
                run += words[last]
                initials += words[last][0]
                places = tuple(range(first, last + 1))
                weight = weights_of_others[other_place] * 2
                if len(run) >= 4 and last - first <= 3 and (alike := _run_alike(run, words[last], written)):
                    offers.append((alike, weight, places, (other_place,), "joined"))
                if initials == written and len(written) >= 3:
                    weight = weights_of_others[other_place] + sum(weights[place] for place in places)
                    offers.append((0.85, weight, places, (other_place,), "initials"))
    return offers


def _run_alike(run: str, last: str, written: str) -> float:
    """How alike words without spaces and a word are. The last of the words may be shortened: JUNIPERTRDG."""
    if run == written:
        return 0.97
    start = run.removesuffix(last)
    if not written.startswith(start[:3]):
        return 0.0
    return 0.88 if any(_close(start + spelled, written) for spelled in spellings(last)) else 0.0


def _close(run: str, other: str) -> bool:
    if min(len(run), len(other)) >= 6 and _folded(run) == _folded(other):
        return True
    return len(other) >= 7 and OSA.distance(run, other, score_cutoff=1) <= 1


@lru_cache(maxsize=2_000_000)
def _alike(word: str, other: str, of_people: bool, other_script: bool) -> tuple[float, str]:  # noqa: FBT001 - cached
    """How alike two different words are, and how; (0, "") where they are not."""
    if word > other:
        word, other = other, word
    if _is_number(word) or _is_number(other):
        return (0.9, "spelling") if word.lstrip("0") == other.lstrip("0") else (0.0, "")
    if of_people:
        return _alike_of_people(word, other, other_script=other_script)
    if min(len(word), len(other)) == 1:
        return (0.6, "initial") if word[0] == other[0] else (0.0, "")
    alike, how = _spelled(word, other)
    if not alike and other_script and _sound_alike(word, other, other_script=True):
        return _SOUNDS_ALIKE, "sound"
    return alike, how


def _alike_of_people(word: str, other: str, *, other_script: bool) -> tuple[float, str]:
    """The same for words of people's names, which have nicknames and are written as they are heard."""
    if nicknames(word) & nicknames(other):
        return 0.95, "nickname"
    if min(len(word), len(other)) == 1:
        of_nickname = initial_of_nickname(*sorted((word, other), key=len))
        alike = 0.8 if word[0] == other[0] else _LEAST_ALIKE if of_nickname else 0.0
        return alike, "initial" if alike else ""
    alike, how = _spelled(word, other)
    if how == "short":  # companies shorten words; ANNA is not ANNABELLE, though MHD be MOHAMED
        prefix = word.startswith(other) or other.startswith(word)
        return _SHORTER_PERSON if prefix else _LEAST_ALIKE, how
    if not alike and _sound_alike(word, other, other_script=other_script):
        return (_SOUNDS_ALIKE if word[0] == other[0] else _LEAST_ALIKE), "sound"
    return alike, how


def _sound_alike(word: str, other: str, *, other_script: bool) -> bool:
    """Whether two names of people have the same consonants: SARAH and ZARA, though not JOHN and JEAN.

    Scripts without vowels, or with one letter for B and P, leave less to compare.
    """
    if min(len(word), len(other)) < 3 or (max(len(word), len(other)) < 5 and not other_script):
        return False
    one, another = consonants(word), consonants(other)
    if other_script:
        one, another = one.translate(_HARDENED), another.translate(_HARDENED)
    return len(one) > 1 and one == another


def _spelled(word: str, other: str) -> tuple[float, str]:
    """How alike two words of more than a letter are by spelling or as an abbreviation."""
    short, long = (word, other) if len(word) <= len(other) else (other, word)
    if _folded(word) == _folded(other):
        return 0.97, "spelling"
    if len(short) >= 3 and long.startswith(short) and (len(short) >= 4 or len(long) <= 8):
        # A plural or a few letters more are a spelling; a long word cut short is an abbreviation.
        return (0.95, "spelling") if len(long) - len(short) <= 1 and len(short) >= 4 else (0.85, "short")
    # EASTERN is no slip for WESTERN: of two words that many names have, each is meant.
    slipped = 0.0 if share(word) and share(other) else _slipped(word, other)
    if (alike := slipped * (1.0 if word[0] == other[0] else _OTHER_INITIAL)) >= _LEAST_ALIKE:
        return alike, "spelling"
    if len(short) >= 3 and len(long) >= 6 and long[0] == short[0] and _drawn_from(short, long):
        return 0.8, "short"
    return 0.0, ""


def _slipped(word: str, other: str) -> float:
    """How alike two words are that a slip or two of the hand would turn into each other; 0 for more.

    A word that many names have is looked for as they write it: INUDSTRIES is a slip of INDUSTRIES, which stands for
    INDUSTRY.
    """
    return max(_slip(one, another) for one in spellings(word) for another in spellings(other))


def _slip(word: str, other: str) -> float:
    size = max(len(word), len(other))
    slips = OSA.distance(word, other, score_cutoff=3)
    if slips == 1 and size >= 4:
        return 0.92 if size >= 6 else 0.84 if size == 5 else 0.7
    if slips == 2 and size >= 7:
        return 0.86 if size >= 9 else 0.76
    return 0.8 if slips == 3 and size >= 11 else 0.0


def _is_number(word: str) -> bool:
    return word.isdigit() or word in _ROMAN


@lru_cache(maxsize=500_000)
def _folded(word: str) -> str:
    """A word without what transliterations differ in."""
    for written, plain in _SOUNDS:
        word = word.replace(written, plain)
    plain = word[0]
    for letter in word[1:]:
        if letter != plain[-1]:
            plain += letter
    return plain


def _drawn_from(short: str, long: str) -> bool:
    """Whether a word is an abbreviation by consonants: its letters stand in the other in order, no vowel inside."""
    if any(letter in "AEIOU" for letter in short[1:]):
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


def _scored(match: NameMatch, score: float) -> NameMatch:
    return replace(match, score=score)


def _turned(match: NameMatch) -> NameMatch:
    met = tuple(Met(m.right, m.left, m.alike, m.how) for m in match.met)
    return replace(match, met=met, only_left=match.only_right, only_right=match.only_left)
