"""Legal forms of companies as they are written in texts: the end of a name that says that it is a company's.

Invariant: the forms are data (`lexicon/company_forms.csv`). A form's span takes its full stop along where the stop
belongs to an abbreviation (`Co., Ltd.`) and leaves it where it ends a sentence (`Umber LLC.`).
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_LEXICON = Path(__file__).with_name("lexicon")
_SURE, _WORD = "sure", "word"
_ENDS = r"(?![\w-]|:\w)"  # CO:R:C, a file code
_AS = re.compile(r"(?<=\S) AS$")  # Umber A/S AS AGENT
# A stop there ends a sentence, as the form is written without stops.
_WITHOUT_STOPS = re.compile(r"(?:Pty|PTY|Pvt|PVT|Pte|PTE|Sdn|SDN|Co|CO) (?:Ltd|LTD|Bhd|BHD)\.")
_SENTENCE_ENDS = re.compile(r"\s+[A-Z]|\s*$")
_PARTNERSHIPS = re.compile(r"L\.?L\.?P\.?|P\.?L\.?L\.?C\.?|P\.C\.|P\.A\.|PC")


@dataclass(frozen=True, slots=True)
class FormSpan:
    """A legal form in a text; `sure` where nothing else is written like it, `partners` where partners' names and
    commas stand before it."""

    start: int
    end: int
    sure: bool
    partners: bool


def legal_forms(text: str) -> Iterator[FormSpan]:
    """The legal forms of a text, each as long as it goes: `Co., Ltd.` is one."""
    pattern, sure = _patterns()
    for match in pattern.finditer(text):
        end = match.end()
        if as_word := _AS.search(match.group()):
            if text[end : end + 2].strip().isalnum():
                end = match.start() + len(match.group()[: as_word.start()].rstrip(","))
        elif _WITHOUT_STOPS.fullmatch(match.group()) and _SENTENCE_ENDS.match(text, end):
            end -= 1
        yield FormSpan(
            match.start(),
            end,
            any(sure.fullmatch(part) for part in re.split(r"[,\s]+", match.group()))
            or bool(sure.search(match.group())),
            bool(_PARTNERSHIPS.fullmatch(match.group())),
        )


@lru_cache(maxsize=20_000)  # a text asks several times for what stands behind one name
def first_form(text: str) -> FormSpan | None:
    """The first legal form of a short text."""
    return next(iter(legal_forms(text)), None)


@cache
def rows(file: str) -> tuple[dict[str, str], ...]:
    """The rows of a list of this folder."""
    with (_LEXICON / file).open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


@cache
def form_words() -> frozenset[str]:
    """The words that legal forms are made of, in capitals without stops."""
    return frozenset(word.upper() for row in rows("company_forms.csv") for word in row["written"].split())


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    listed = sorted(rows("company_forms.csv"), key=lambda row: -len(row["written"]))
    unit = "|".join(_unit(row["written"], row["abbreviated"]) for row in listed)
    sure = "|".join(_unit(row["written"], row["abbreviated"]) for row in listed if row["trust"] in (_SURE, _WORD))
    joint = r"(?:,?[ \u00a0]|,?\n|,|[ \u00a0]?&[ \u00a0]?)"
    first = "".join(sorted({letter for row in listed for letter in row["written"][0] + row["written"][0].upper()}))
    whole = rf"(?=[{re.escape(first)}])(?<![\w(\[/.-])(?:{unit})(?:{joint}(?:{unit}))*"
    return re.compile(whole), re.compile(rf"(?<!\w)(?:{sure})")


def _unit(written: str, abbreviated: str) -> str:
    """The ways to write one form: as it is listed or in capitals; initials with or without stops, or with
    stops only."""
    words = written.split()
    if abbreviated == "initials":
        last = f"(?:{_dotted(words[-1])}|{_either(words[-1])})"
        before = "".join(rf"(?:{_dotted(word)}|{_either(word)}\.?)\s" for word in words[:-1])
        return before + last + _ENDS
    if abbreviated == "caps_dotted":  # C.A., where CA is a state
        return "".join(rf"{letter}\. ?" for letter in written[:-1]) + rf"{written[-1]}\." + _ENDS
    if abbreviated == "dotted":  # s.r.l., where srl could be another word
        return "".join(rf"{letter}\. ?" for letter in written[:-1]) + rf"{written[-1]}\.?" + _ENDS
    stop = r"\.?" if abbreviated == "yes" else ""
    return r"\s".join(f"{_either(word)}{stop}" for word in words) + _ENDS


def _dotted(word: str) -> str:
    stopped = [rf"{_either(letter)}\." for letter in word]
    return " ?".join(stopped) + (r"?(?!\.\w)" if len(word) > 1 else "")  # the last stop is often forgotten: S.p.A


def _either(word: str) -> str:
    titled = f"|{word.title()}" if word == "de" else ""  # S.A. De C.V.
    return f"(?:{re.escape(word)}|{re.escape(word.upper())}{titled})"
