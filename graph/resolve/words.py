"""The words of names: how a name is read into words whatever script, case, form or abbreviation it is written in.

Invariant: what words mean stands in `lexicon/*.csv`, as data; two spellings that differ only in script, case,
punctuation, legal form or abbreviation have the same words. Legal forms are facts of ISO 20275 and of registers.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from anyascii import anyascii
from rapidfuzz.distance import OSA

_FILES: Final = Path(__file__).with_name("lexicon")
_JOINED = re.compile(r"['’`´]")
_AMPERSAND = re.compile(r"\s*[&+]\s*")
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}(?:[A-Za-z]\b)?")
_SLASHED = re.compile(r"\b([A-Za-z])/([A-Za-z])\b")
_ALIAS = re.compile(r"\b(?:A/K/A|F/K/A|D/B/A|AKA|FKA|DBA|T/A)\b", re.IGNORECASE)
_CARE_OF = re.compile(r"(?<=\S)\s*\b[Cc]/[Oo]\b.*", re.DOTALL)
_ORDINAL = re.compile(r"([0-9]+)(?:ST|ND|RD|TH)")
_BREAK = re.compile(r"[^0-9A-Za-z]+")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_UNSPACED = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3]")
_OF_A_PLACE = re.compile(r"(?<=[A-Z] )[市省县縣区區镇]")
_ARABIC_WORD = re.compile(r"[\u0620-\u064a]+")
_HAN_PERSON = re.compile(r"([\u3400-\u9fff])([\u3400-\u9fff]{1,3})")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1dff\u2c60-\ua71f\ua800-\uffff]")
_TITLES: Final = frozenset(("MR", "MRS", "MS", "MISS", "DR", "PROF", "SIR", "HAJI", "SHEIKH"))
_GENERATIONS: Final = {"JR": 2, "JUNIOR": 2, "SR": 1, "SENIOR": 1, "I": 1, "II": 2, "III": 3, "IV": 4}
LONGEST_FORM: Final = 7
_NUMBER_SIGNS: Final = frozenset(("NO", "NR", "NUM", "NUMBER"))
_TENS: Final = frozenset(("20", "30", "40", "50", "60", "70", "80", "90"))
# Bills cut names off and hands slip in them: at the end of a name, what is nearly one of these is one.
_LONG_FORMS: Final = ("COMPANY", "LIMITED", "CORPORATION", "INCORPORATED", "AKTIENGESELLSCHAFT")


@dataclass(frozen=True, slots=True)
class Name:
    """A name read: its words in order (without legal forms), and the legal forms that it bears.

    `given` is the word that is the given name if the name is a person's; empty where the spelling does not tell.
    `other_script` says that the words were written in another script than Latin.
    """

    words: tuple[str, ...]
    forms: tuple[str, ...] = ()
    given: str = field(default="", repr=False)
    other_script: bool = field(default=False, repr=False)

    @property
    def joined(self) -> str:
        """The words without spaces: what is left when spacing says nothing."""
        return "".join(self.words)

    @property
    def heard(self) -> str:
        """The consonants of its words, as they are heard."""
        return " ".join(consonants(word) for word in self.words)

    @property
    def bag(self) -> str:
        """The words in alphabetical order, so that word order says nothing."""
        return " ".join(sorted(self.words))


@lru_cache(maxsize=400_000)
def read_name(written: str) -> Name:
    """A name's words and legal forms.

    >>> read_name("Shanghai Huayuan Intl. Trdg. Co., Ltd.")
    Name(words=('SHANGHAI', 'HUAYUAN', 'INTERNATIONAL', 'TRADING'), forms=('LTD',))
    >>> read_name("上海华源贸易有限公司").words
    ('SHANGHAI', 'HUAYUAN', 'TRADING')
    >>> read_name("ООО «Ромашка»")
    Name(words=('ROMASHKA',), forms=('LLC',))
    """
    native = _native_words(written)
    spelled = spelled_words(native)
    kept, forms = _without_forms(spelled)
    other_script = bool(_OTHER_SCRIPT.search(written))
    return Name(tuple(_in_full(kept)), tuple(forms), "" if other_script else _given(native), other_script)


def names_in(written: str) -> tuple[str, ...]:
    """The names that stand in a name's place: trade names behind `d/b/a` by themselves, and nothing behind `c/o`.

    >>> names_in("Alder Imports LLC d/b/a Alder Home"), names_in("Beech Toys c/o Quay Freight")
    (('Alder Imports LLC', 'Alder Home'), ('Beech Toys',))
    """
    names = (name.strip(" ,;") for name in _ALIAS.split(_CARE_OF.sub("", written)))
    return tuple(name for name in names if _BREAK.sub("", anyascii(name))) or (written,)


def spelled_words(text: str) -> list[str]:
    """Words in capital ASCII letters, initials put together: `A.B.C. Co` is `ABC CO`."""
    text = _ALIAS.sub(" ", text)
    if not text.isascii():
        text = _HAN.sub(lambda run: f" {anyascii(run.group()).lower()} ", text)
        text = anyascii(text)
    text = _JOINED.sub("", text)
    text = _INITIALS.sub(lambda found: found.group().replace(".", ""), text)
    text = _SLASHED.sub(r"\1\2", text)
    text = _AMPERSAND.sub(" AND ", text)
    words = [word for word in _BREAK.split(text.upper()) if word]
    return _initials_together(words)


def looks_like_company(written: str) -> bool:
    """Whether a name bears a legal form or a word that companies have and people have not.

    >>> looks_like_company("Haversham Imports"), looks_like_company("Mary Haversham")
    (True, False)
    """
    name = read_name(written)
    return bool(name.forms) or any(word in _shares("common_words.csv") and word not in _IDLE for word in name.words)


def says_nothing(written: str) -> bool:
    """Whether what stands in a name's place names nobody: `TO ORDER`, `SAME AS CONSIGNEE`."""
    words = " ".join(spelled_words(written))
    return not words or words in _not_names() or words.startswith(("TO ORDER OF ", "TO THE ORDER OF "))


def share(word: str) -> float:
    """The share of names in which a word stands, for words that many companies or people share; else 0.

    >>> share("TRADING") > share("SMITH") > share("ZHUHAI")
    True
    """
    return _shares("common_words.csv").get(word) or _shares("common_people.csv").get(word, 0.0)


def is_of_people(word: str) -> bool:
    """Whether many people bear a word as a name.

    >>> is_of_people("SMITH"), is_of_people("TRADING")
    (True, False)
    """
    return word in _shares("common_people.csv")


def is_place(word: str) -> bool:
    """Whether a word of a company's name says where: a country, a region, a big city, a quarter of the compass.

    >>> is_place("OHIO"), is_place("TRADING")
    (True, False)
    """
    return word in _places()


def spellings(word: str) -> tuple[str, ...]:
    """A word as names write it, in full or short, where it stands for several; without it, the word alone.

    >>> "INDUSTRIES" in spellings("INDUSTRY"), spellings("ZHUHAI")
    (True, ('ZHUHAI',))
    """
    return _spellings().get(word, (word,))


def nicknames(word: str) -> frozenset[str]:
    """The given names that a nickname may stand for, the word itself among them."""
    return _nicknames().get(word, frozenset((word,)))


@lru_cache(maxsize=500_000)
def consonants(word: str) -> str:
    """A word's consonants as they are heard, the first letter kept."""
    for written, plain in (("TH", "T"), ("PH", "F"), ("CK", "K"), ("X", "KS"), ("Z", "S"), ("C", "K"), ("Q", "K")):
        word = word.replace(written, plain)
    heard = word[0]
    for letter in word[1:]:
        if letter not in "AEIOUYHW" and letter != heard[-1]:
            heard += letter
    return heard


def initial_of_nickname(letter: str, word: str) -> bool:
    """Whether a nickname of a given name begins with a letter: B for ROBERT, who is called Bob."""
    return letter in _initials().get(word, ())


def without_titles(words: Iterable[str]) -> tuple[str, ...]:
    """A person's words without titles and generations, unless nothing else is left."""
    words = tuple(words)
    return tuple(word for word in words if word not in _TITLES and word not in _GENERATIONS) or words


def generation(words: Iterable[str]) -> int:
    """Which of a name's bearers in a family is meant: 1 for Sr, 2 for Jr and II; 0 where it is not said."""
    return max((_GENERATIONS.get(word, 0) for word in words), default=0)


def address_words(written: str) -> str:
    """An address as words in short form, so that `12 Main Street, Suite 4` and `12 MAIN ST #4` are much alike.

    >>> address_words("No. 12, Main Street"), address_words("12 MAIN ST.")
    ('12 MAIN ST', '12 MAIN ST')
    """
    short = _street_words()
    words = (short.get(word, word) for word in spelled_words(written))
    return " ".join(word for word in words if word not in ("NO", "THE", "UNIT", "RM"))


@cache
def mail_providers() -> frozenset[str]:
    """Domains at which anybody can have an address: sharing one says nothing."""
    return frozenset(row["domain"] for row in _rows("mail_providers.csv"))


# Words of company names that stand in names of people, too.
_IDLE: Final = frozenset(
    ("AND", "OF", "THE", "FOR", "DE", "LA", "EL", "DEL", "DES", "DU", "LE", "LES", "Y", "E", "ET", "UND", "DER",
     "DIE", "VE", "I", "A", "AN")
)  # fmt: skip


def _rows(file: str) -> list[dict[str, str]]:
    with (_FILES / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def _shares(file: str) -> Mapping[str, float]:
    return {row["word"]: float(row["share"]) for row in _rows(file)}


@cache
def _places() -> frozenset[str]:
    return frozenset(row["word"] for row in _rows("places.csv"))


@cache
def _not_names() -> frozenset[str]:
    return frozenset(row["written"] for row in _rows("not_names.csv"))


@cache
def _street_words() -> Mapping[str, str]:
    return {row["written"]: row["short"] for row in _rows("street_words.csv")}


@cache
def _nicknames() -> Mapping[str, frozenset[str]]:
    full: dict[str, set[str]] = {}
    for row in _rows("nicknames.csv"):
        for nickname in row["nicknames"].split(";"):
            full.setdefault(nickname, {nickname}).add(row["name"])
        full.setdefault(row["name"], set()).add(row["name"])
    return {nickname: frozenset(names) for nickname, names in full.items()}


@cache
def _initials() -> Mapping[str, frozenset[str]]:
    """A given name -> the letters with which its nicknames begin."""
    return {row["name"]: frozenset(name[0] for name in row["nicknames"].split(";")) for row in _rows("nicknames.csv")}


@cache
def _forms() -> Mapping[tuple[str, ...], tuple[str, str]]:
    """Words of a legal form -> the form and where in a name it counts as one."""
    return {
        tuple(spelled_words(row["written"])): (row["form"], row["place"])
        for row in _rows("legal_forms.csv")
        if not _UNSPACED.search(row["written"])
    }


@cache
def _abbreviations() -> Mapping[str, tuple[str, ...]]:
    """A word as it reads in Latin letters -> the words that it stands for."""
    return {
        "".join(spelled_words(row["written"])): tuple(row["words"].split())
        for row in _rows("abbreviations.csv")
        if not _UNSPACED.search(row["written"])
    }


@cache
def _spellings() -> Mapping[str, tuple[str, ...]]:
    written: dict[str, tuple[str, ...]] = {}
    for spelled, words in _abbreviations().items():
        if len(words) == 1 and spelled.isascii():
            written[words[0]] = (*written.get(words[0], words), spelled)
    return written


@cache
def _native() -> tuple[tuple[str, str], ...]:
    """Words written without spaces (Chinese, Japanese, Korean) and what stands for them, longest first."""
    words = [(row["written"], row["words"]) for row in _rows("abbreviations.csv") if _UNSPACED.search(row["written"])]
    words += [(row["written"], row["form"]) for row in _rows("legal_forms.csv") if _UNSPACED.search(row["written"])]
    return tuple(sorted(words, key=lambda pair: (-len(pair[0]), pair[0])))


def _native_words(written: str) -> str:
    if written.isascii():
        return written
    written = _ARABIC_WORD.sub(_without_article, written)
    if not _UNSPACED.search(written):
        return written
    plain = written
    for native, words in _native():
        written = written.replace(native, f" {words} ")
    written = _OF_A_PLACE.sub("", written)
    person = _HAN_PERSON.fullmatch(plain.strip()) if written == plain else None
    return f"{person[1]} {person[2]}" if person else written  # the family's name is one sign, the given name follows


def _without_article(found: re.Match[str]) -> str:
    """An Arabic word with its article apart, unless it stands for a word of trade as it is."""
    word = found.group()
    article = word.startswith("ال") and len(word) > 4 and "".join(spelled_words(word)) not in _abbreviations()
    return f"AL {word[2:]}" if article else word


def _given(written: str) -> str:
    """The given name of a person: the first word, or the first behind a comma (`Smith, Robert`)."""
    family, _, given = written.partition(",")
    words = spelled_words(given) or spelled_words(family)
    return next((word for word in words if word not in _TITLES and word not in _GENERATIONS), "")


def _initials_together(words: list[str]) -> list[str]:
    """Letters that stand alone side by side are one word: `A B C CO` is `ABC CO`; `&` between keeps them apart."""
    together: list[str] = []
    run = ""
    for word in words:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            together.append(run)
            run = ""
        together.append(word)
    return [*together, run] if run else together


def _without_forms(words: list[str]) -> tuple[list[str], list[str]]:
    """Words without legal forms at the end, at the start, or (where no other word is meant) anywhere."""
    forms: list[str] = []
    table = _forms()
    rest = [*words[:-1], _form_meant(words[-1])] if len(words) > 1 else words
    again = True
    while again and len(rest) > 1:
        again = False
        for size in range(min(LONGEST_FORM, len(rest) - 1), 0, -1):
            found = table.get(tuple(rest[-size:]))
            if found and found[1] != "start":
                forms.append(found[0])
                rest, again = rest[:-size], True
                break
    again = True
    while again and len(rest) > 1:
        again = False
        for size in range(min(LONGEST_FORM, len(rest) - 1), 0, -1):
            found = table.get(tuple(rest[:size]))
            if found and found[1] != "end":
                forms.append(found[0])
                rest, again = rest[size:], True
                break
    kept: list[str] = []
    at = 0
    while at < len(rest):
        for size in range(min(LONGEST_FORM, len(rest) - at), 0, -1):
            found = table.get(tuple(rest[at : at + size]))
            if found and found[1] == "any" and at > 0:
                forms.append(found[0])
                at += size
                break
        else:
            kept.append(rest[at])
            at += 1
    return kept, forms


@lru_cache(maxsize=100_000)
def _form_meant(word: str) -> str:
    """The legal form that a name's last word is, cut off or with a slip: `CORPORATIO`, `COMAPNY`; else the word."""
    if len(word) < 6 or (word,) in _forms():
        return word
    near = (form for form in _LONG_FORMS if form.startswith(word) or OSA.distance(form, word, score_cutoff=1) <= 1)
    return next(near, word)


def _in_full(words: list[str]) -> list[str]:
    """Abbreviations written out, and numbers in digits: `THREE`, `THIRD` and `NO. 3` are `3`, `FORTY-FOUR` is `44`."""
    table = _abbreviations()
    full: list[str] = []
    for written in words:
        ordinal = _ORDINAL.fullmatch(written)
        for word in table.get(written, (ordinal[1] if ordinal else written,)):
            before = full[-1] if full else ""
            if word.isdigit() and before in _NUMBER_SIGNS:
                full[-1] = word
            elif len(word) == 1 and word.isdigit() and before in _TENS:
                full[-1] = before[0] + word
            else:
                full.append(word)
    return " ".join(full).replace("UNITED STATES OF AMERICA", "US").replace("UNITED STATES", "US").split(" ")
