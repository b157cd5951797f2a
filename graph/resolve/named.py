"""Whom the names in documents mean: links to parties where that is certain, claims for a person to decide where not.

Invariant: a link without a person is made only where a name is one party's alone, or where the best party is much
alike, word by word, and far ahead of the next; names whose legal forms differ are never linked so. What a person
rejected is not claimed again, what a person accepted is a link, whatever the score.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz.distance import OSA, Levenshtein
from sklearn.feature_extraction.text import TfidfVectorizer

from graph.resolve.claim import Decision, NameInText, Status, claim_id
from graph.resolve.names import TELLING_BITS, Met, Rarity, compare_read
from graph.resolve.words import Name, looks_like_company, read_name, share, spelled_words

_TYPES: Final[Mapping[str, pa.DataType]] = {
    "claim": pa.string(),
    "document_id": pa.string(),
    "party": pa.string(),
    "party_name": pa.string(),
    "name": pa.string(),
    "written": pa.string(),
    "start": pa.int64(),
    "score": pa.decimal128(18, 3),
    "status": pa.string(),
    "why": pa.string(),
    "source": pa.string(),
    "known_at": pa.date32(),
}
SCHEMA: Final = pa.schema(_TYPES)

# Measured by tests/graph/resolve/test_named.py on names of which each is known to be one party's.
LINKED_AT: Final = 90.0
AHEAD: Final = 5.0
CLAIMED_AT: Final = 75.0
_CLAIMS_A_NAME: Final = 3
_NEAREST: Final = 25  # parties compared with a name, those with the most telling letters in common
_AT_ONCE: Final = 500
_ONE_WORD: Final = 0.95  # words that are alike by this are the same, in another spelling
_COUNTRY_OF: Final = {"PTE": "SG", "PTY": "AU", "PROPRIETARY": "AU", "PVT": "IN", "STI": "TR", "SIRKETI": "TR"}
_APART: Final = 4  # letters between two slips; nearer, they are rather another half of the word
_SCANNED: Final = str.maketrans("0158", "OISB")
_CORE_WORDS, _CORE_CHARACTERS = 2, 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A party that a name may mean: how alike from 0 to 100, and whether it is it without a person's word."""

    party: str
    name: str
    score: float
    certain: bool
    why: str


class PartyNames:
    """The names of parties, to be asked whom a name means.

    >>> names = PartyNames([("Umber Trading Co., Ltd.", "u"), ("Ochre Textile GmbH", "o")])
    >>> [(one.party, one.certain) for one in names.meant(["UMBER TRADING LTD"])["UMBER TRADING LTD"]]
    [('u', True)]
    """

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._written: list[str] = []
        self._read: list[Name] = []
        self._party: list[str] = []
        self._exact: dict[str, dict[str, list[int]]] = {}
        for written, party in names:
            name = read_name(written)
            if not name.words or not looks_like_company(written):
                continue
            self._exact.setdefault(name.joined, {}).setdefault(party, []).append(len(self._written))
            self._written.append(written)
            self._read.append(name)
            self._party.append(party)
        self._rarity = Rarity.of(self._read)

    def meant(self, names: Sequence[str]) -> dict[str, list[Candidate]]:
        """The candidates of each name, best first; certain is at most the first."""
        read = {name: read_name(name) for name in dict.fromkeys(names)}
        found = {name: self._alone(name, one) for name, one in read.items()}
        asked = [name for name, exact in found.items() if not exact and read[name].words and self._written]
        for begin in range(0, len(asked), _AT_ONCE):
            some = asked[begin : begin + _AT_ONCE]
            for name, near in zip(some, self._nearest([read[one].joined for one in some]), strict=True):
                found[name] = self._compared(name, read[name], near)
        return found

    def _alone(self, written: str, name: Name) -> list[Candidate]:
        """The one party that bears exactly this name, as long as the name says enough."""
        bearers = self._exact.get(name.joined, {})
        if len(bearers) != 1 or not _says_enough(name):
            return []
        ((party, places),) = bearers.items()
        at = places[0]
        if not self._same_firm(written, name, at) or self._begins_another(name, party):
            return []
        return [Candidate(party, self._written[at], 100.0, certain=True, why="the name of this party alone")]

    def _compared(self, written: str, name: Name, near: Iterable[int]) -> list[Candidate]:
        best: dict[str, Candidate] = {}
        for at in near:
            match = compare_read(name, self._read[at], rarity=self._rarity)
            score = round(match.score * 100, 1)
            party = self._party[at]
            if score >= CLAIMED_AT and (party not in best or score > best[party].score):
                whole = not (match.only_left or match.only_right)  # Umber Steel is not Umber Steel Vietnam
                sure = (
                    whole and score >= LINKED_AT and _says_enough(name) and all(map(_is_spelling, match.met))
                    and self._same_firm(written, name, at) and not self._begins_another(name, party)
                )  # fmt: skip
                best[party] = Candidate(party, self._written[at], score, certain=sure, why=match.in_words())
        ranked = sorted(best.values(), key=lambda one: (-one.score, one.party))
        ahead = len(ranked) < 2 or ranked[0].score - ranked[1].score >= AHEAD
        return [
            Candidate(one.party, one.name, one.score, one.certain and ahead and rank == 0, one.why)
            for rank, one in enumerate(ranked[:_CLAIMS_A_NAME])
        ]

    def _same_firm(self, written: str, name: Name, at: int) -> bool:
        """Whether no legal form speaks against it, in any way in which the party writes this name of its own.

        Names of words that all have need the same form.
        """
        borne = self._read[at]
        own = self._exact[borne.joined][self._party[at]]
        forms = {_forms(self._read[place]) for place in own}
        asked = _forms(name)
        telling = any(self._rarity.bits(word) > TELLING_BITS for word in borne.words)
        if asked not in forms and ((asked and any(forms)) or not telling):
            return False
        return any(_one_country(written, self._written[place]) for place in own)

    def _begins_another(self, name: Name, party: str) -> bool:
        """Whether a name without a legal form may be short for that of another party: Umber, for Umber Vietnam."""
        if name.forms:
            return False
        for at in range(bisect_left(self._sorted, (name.words,)), len(self._sorted)):
            words, other = self._sorted[at]
            if words[: len(name.words)] != name.words:
                return False
            if other != party:
                return True
        return False

    @cached_property
    def _sorted(self) -> list[tuple[tuple[str, ...], str]]:
        """The words of all names with their parties, those that begin alike side by side."""
        return sorted((name.words, party) for name, party in zip(self._read, self._party, strict=True))

    @cached_property
    def _blocks(self) -> tuple[TfidfVectorizer, Any]:
        """Trigrams of all names, rare ones weighing more."""
        vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(3, 3), lowercase=False, dtype=np.float32)
        return vectorizer, vectorizer.fit_transform(f" {name.joined} " for name in self._read).T.tocsc()

    def _nearest(self, joined: Sequence[str]) -> Iterator[npt.NDArray[np.int64]]:
        vectorizer, known = self._blocks
        alike = (vectorizer.transform(f" {one} " for one in joined) @ known).tocsr()
        for row in range(alike.shape[0]):
            begin, end = alike.indptr[row], alike.indptr[row + 1]
            weights = alike.data[begin:end]
            most = np.argsort(-weights, kind="stable")[:_NEAREST]
            yield alike.indices[begin:end][most]


def link_names(
    named: Iterable[NameInText], names: Iterable[tuple[str, str]], decisions: Iterable[Decision] = ()
) -> pa.Table:
    """What documents' names mean, one row a document, name and party, in the columns of `SCHEMA`.

    `names` are the parties' names, each with its party. Rejected claims are told, too, so that they can be undone.
    """
    firsts: dict[tuple[str, str], NameInText] = {}
    for one in named:
        known = firsts.setdefault((one.document_id, one.name), one)
        if one.start < known.start:
            firsts[one.document_id, one.name] = one
    decided = {(one.document_id, one.name, one.party): one.accepted for one in decisions}
    settled = {(document_id, name) for (document_id, name, _), accepted in decided.items() if accepted}
    parties = PartyNames(names)
    candidates = parties.meant([name for _, name in firsts])
    rows = [
        _row(first, one, status)
        for key, first in sorted(firsts.items())
        for one in candidates[first.name]
        if (status := _status(one, accepted=decided.get((*key, one.party)), settled=key in settled))
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _status(one: Candidate, *, accepted: bool | None, settled: bool) -> Status | None:
    """None for what needs no decision any more, since a person accepted another party."""
    if accepted is not None:
        return Status.ACCEPTED if accepted else Status.REJECTED
    if settled:
        return None
    return Status.LINKED if one.certain else Status.WAITING


def _row(first: NameInText, one: Candidate, status: Status) -> Mapping[str, object]:
    return {
        "claim": claim_id(first.document_id, first.name, one.party),
        "document_id": first.document_id,
        "party": one.party,
        "party_name": one.name,
        "name": first.name,
        "written": first.written,
        "start": first.start,
        "score": Decimal(str(one.score)),
        "status": status.value,
        "why": one.why,
        "source": first.source,
        "known_at": first.known_at,
    }


def _says_enough(name: Name) -> bool:
    """Whether a name is no mere word: it bears a legal form, or has two words and ten characters."""
    return bool(name.forms) or (len(name.words) >= _CORE_WORDS and len(" ".join(name.words)) >= _CORE_CHARACTERS)


def _forms(name: Name) -> frozenset[str]:
    """The legal forms of a name; `Company` beside another form says nothing."""
    forms = frozenset(name.forms)
    return forms - {"CO"} if len(forms) > 1 else forms


def _one_country(left: str, right: str) -> bool:
    """Whether two legal forms that are read as one may be one firm's: no Pty Ltd is a Pte Ltd, no group its member.

    >>> _one_country("Umber Pte. Ltd.", "UMBER LTD"), _one_country("Umber Pte. Ltd.", "Umber Pty Ltd")
    (True, False)
    """
    one, other = (set(spelled_words(written)) for written in (left, right))
    of_one, of_other = ({_COUNTRY_OF[word] for word in words & _COUNTRY_OF.keys()} for words in (one, other))
    return ("GROUP" in one) == ("GROUP" in other) and not (of_one and of_other and of_one.isdisjoint(of_other))


def _is_spelling(met: Met) -> bool:
    """Whether two words that met are one word but for spelling: of a rare word, slips apart, behind its first letter.

    SUMMITMARK is not SUMMITBANK, and GOLDEN not short for GOLDENREST; but FURN is for FURNITURE, which all have.
    """
    if met.how == "same" or met.alike >= _ONE_WORD:
        return True
    if met.how not in ("spelling", "short", "joined"):
        return False
    if share(met.left) or share(met.right):
        return True
    left, right = (word.replace(" ", "").translate(_SCANNED) for word in (met.left, met.right))
    if met.how == "short" or left[0] != right[0]:
        return False
    slips = OSA.distance(left, right, score_cutoff=2)
    places = [slip.src_pos for slip in Levenshtein.editops(left, right)]
    return slips <= 1 or (slips == 2 and places[-1] - places[0] >= _APART)
