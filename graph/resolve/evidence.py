"""What two records have in common: the pairs worth a look, and how each feature of a pair compares.

Invariant: a comparison is a level (0 for different, more for more alike, unknown where a side is silent) and, where
something is shared, its rarity in bits; both follow from the two records and from how many others hold the value.
A value that many hold (a virtual office, a lawyer's address, a public mail provider) is worth few bits or none.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from graph.resolve.names import Rarity, compare_read
from graph.resolve.words import (
    Name,
    address_words,
    looks_like_company,
    mail_providers,
    names_in,
    read_name,
    says_nothing,
    spelled_words,
)

Ints = npt.NDArray[np.int64]
Levels = npt.NDArray[np.int8]

# Parties outside the data who could have held a value too. With it the rarity of what two of a dozen records share
# is not judged by the dozen.
BACKGROUND: Final = 100_000
UNKNOWN: Final = -1
MOST_BITS: Final = 40
_NEAR_ADDRESS: Final = 86
_SHORTEST_PHONE: Final = 7
_EMAIL: Final = re.compile(r"[^\s<>,;]+@[^\s<>,;]+")
_MONTHS: Final = {month: number for number, month in enumerate(("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG",
                                                                "SEP", "OCT", "NOV", "DEC"), start=1)}  # fmt: skip
_DAYS: Final = (
    (re.compile(r"(\d{4})[-/. ]?(\d{2})[-/. ]?(\d{2})(?:[T ].*)?"), (1, 2, 3)),
    (re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})"), (3, 1, 2)),
    (re.compile(r"([A-Z]{3,9})[-/. ]+(\d{1,2}),?[-/. ]+(\d{4}|\d{2})"), (3, 1, 2)),
    (re.compile(r"(\d{1,2})[-/. ]+([A-Z]{3,9})[-/. ]+(\d{4}|\d{2})"), (3, 2, 1)),
)
_LATEST_YEAR: Final = "30"
# Of people of one time, one pair in about 100 has two of year, month and day in common.
_ALIKE_DAYS_BITS: Final = 7
_NEVER_PEOPLE: Final = ("manufacturer", "exporter", "surety")
_FIRST_WORD: Final = re.compile(r"(?<![0-9A-Z])([0-9]+) (?:[NSEW] )?(?=([0-9A-Z]{2,}))")


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that is compared. `levels` says each level in words, from different upwards."""

    name: str
    levels: tuple[str, ...]


FEATURES: Final = (
    Feature("name", ("different", "partly alike", "alike", "nearly the same", "the same")),
    Feature("address", ("different", "alike", "nearly the same", "the same")),
    Feature("place", ("different", "the same city, or a slip in the postal code", "the same postal code")),
    Feature("country", ("different", "the same")),
    Feature("phone", ("different", "a slip apart", "the same")),
    Feature("email", ("different", "a slip apart", "the same")),
    Feature("website", ("different", "the same")),
    Feature("officer", ("different", "nearly the same", "the same")),
    Feature("registered_agent", ("different", "the same")),
    Feature("bond", ("different", "a slip apart", "the same")),
    Feature("established", ("different", "alike in part", "a slip apart", "the same")),
    Feature("identifier", ("different", "a slip apart", "the same")),
    Feature("manufacturer_id", ("different", "a slip apart", "the same")),
    Feature("number", ("of two taxpayers, filers or sureties",)),
    Feature("given_name", ("of two people with one family name",)),
    Feature("birth", ("on two days",)),
    Feature("person_number", ("of two people",)),
)
_NAME_LEVELS: Final = (0.38, 0.74, 0.86, 0.96)
# Bits that a less than full likeness is less telling than the same words would be: its neighbours count too.
_LESS_TELLING: Final = {4: 0, 3: 1, 2: 3, 1: 6}


@dataclass(frozen=True, slots=True)
class Many:
    """Several values a record: `codes[starts[i]:starts[i + 1]]` are those of record i, into `values`."""

    starts: Ints
    codes: Ints
    values: tuple[str, ...]

    def of(self, record: int) -> list[str]:
        """A record's values."""
        return [self.values[code] for code in self.codes[self.starts[record] : self.starts[record + 1]]]


@dataclass(frozen=True, slots=True)
class One:
    """One value a record, as a code into `values`; `UNKNOWN` where the record is silent."""

    codes: Ints
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of records with a level and a rarity for each feature. `left < right`; one row a pair."""

    left: Ints
    right: Ints
    levels: dict[str, Levels]
    bits: dict[str, Levels]


class Evidence:
    """All records made ready to be compared: read, coded, counted.

    `records` is a table in the columns of `graph.resolve.records.SCHEMA`, in any order.
    """

    def __init__(self, records: pa.Table) -> None:
        self.size = records.num_rows
        self.said = column = {name: records[name].to_pylist() for name in records.column_names}
        self.kind = _one(column["kind"])
        self.outright = _one(column["outright"])
        self.unit = _units(self.outright.codes)
        self.units = int(self.unit.max(initial=-1)) + 1
        self.names = _many(
            [[part for name in names or () if name for part in names_in(name)] for names in column["names"]],
            lambda name: None if says_nothing(name) else name,
        )
        self.read: tuple[Name, ...] = tuple(read_name(name) for name in self.names.values)
        self.company = np.array([looks_like_company(name) for name in self.names.values], dtype=np.bool_)
        companies = np.zeros(self.size, dtype=np.bool_)
        companies[_owners(self.names)[self.company[self.names.codes]]] = True
        self.person = ~companies & ~np.array([kind in _NEVER_PEOPLE for kind in column["kind"]], dtype=np.bool_)
        self.other_script = np.array([name.other_script for name in self.read], dtype=np.bool_)
        self.rarity = Rarity.of({name.bag: name for name in self.read}.values())
        self._rarest = [
            sorted({word for word in name.words if len(word) > 1}, key=lambda word: (-self.rarity.bits(word), word))[:3]
            for name in self.read
        ]
        self.many = {"address": _many(column["addresses"], _address), "officer": _many(column["officers"], _person)}
        self.one = {
            "phone": _one(column["phone"], _digits),
            "email": _one(column["email"], _email),
            "website": _one([_domain(e, w) for e, w in zip(column["email"], column["website"], strict=True)]),
            "registered_agent": _one(column["registered_agent"], _person),
            "bond": _one(column["bond_number"], _letters),
            "established": _one(column["established_on"], _day),
            "identifier": _one(_of_kinds(column, makers=False), _letters),
            "manufacturer_id": _one(_of_kinds(column, makers=True), _letters),
            "postal": _one(column["postal_code"], _letters),
            "city": _one(column["city"], address_words),
            "country": _one(column["country"], _letters),
        }
        self._bits = {name: self._rarities(_holders(one.codes, self.unit)) for name, one in self.one.items()}
        for name, many in (*self.many.items(), ("name", self.names)):
            owners = np.repeat(self.unit, np.diff(many.starts))
            self._bits[name] = self._rarities(_holders(many.codes, owners))

    @property
    def prior_bits(self) -> float:
        """-log2 of the chance that two records taken at random are of one party: every other one has a partner."""
        return math.log2(2 * max(self.units, 2))

    def _rarities(self, holders: Ints) -> npt.NDArray[np.float64]:
        """Bits of each value: how rare it is that another party holds it, the first holder not counted."""
        return math.log2(self.units + BACKGROUND) - np.log2(np.maximum(holders - 1, 1))

    def candidates(self, changed: npt.NDArray[np.bool_] | None = None) -> tuple[Ints, Ints]:
        """The pairs that share something rare enough, each once; with `changed`, those with a changed record."""
        found = [_pairs_within(owners, values, cap) for owners, values, cap in self._keys()]
        left, right = (np.concatenate(side) for side in zip(*found, strict=True))
        left, right = np.minimum(left, right), np.maximum(left, right)
        keep = self.unit[left] != self.unit[right]
        if changed is not None:
            keep &= changed[left] | changed[right]
        pair = np.unique(left[keep] * self.size + right[keep])
        return pair // self.size, pair % self.size

    def compare(self, left: Ints, right: Ints) -> Pairs:
        """How each pair compares, feature by feature."""
        levels: dict[str, Levels] = {}
        bits: dict[str, Levels] = {}
        levels["name"], bits["name"], levels["given_name"] = self._names(left, right)
        levels["address"], bits["address"] = self._addresses(left, right)
        levels["officer"], bits["officer"] = self._officers(left, right)
        levels["place"], bits["place"] = self._places(left, right)
        levels["established"], bits["established"] = self._days(left, right)
        for name in ("phone", "email", "bond", "manufacturer_id"):
            levels[name], bits[name] = self._values(name, left, right, slips=True)
        for name in ("website", "registered_agent", "country"):
            levels[name], bits[name] = self._values(name, left, right, slips=False)
        levels["identifier"], bits["identifier"] = self._numbered(left, right)
        # A shared e-mail is a shared domain: it is not counted twice.
        levels["website"][levels["email"] == 2] = UNKNOWN
        numbers = self.outright.codes
        both = (numbers[left] >= 0) & (numbers[right] >= 0) & (self.kind.codes[left] == self.kind.codes[right])
        levels["number"] = np.where(both & (numbers[left] != numbers[right]), 0, UNKNOWN).astype(np.int8)
        people = self.person[left] & self.person[right]
        levels["given_name"][levels["identifier"] == 2] = UNKNOWN  # with one number it is a name's other spelling
        levels["birth"] = np.where(people & (levels["established"] == 0), 0, UNKNOWN).astype(np.int8)
        levels["person_number"] = np.where(people & (levels["identifier"] == 0), 0, UNKNOWN).astype(np.int8)
        for name in ("number", "given_name", "birth", "person_number"):
            bits[name] = np.zeros(len(left), dtype=np.int8)
        return Pairs(left, right, levels, bits)

    def contrary(self, left: Ints, right: Ints) -> npt.NDArray[np.bool_]:
        """Whether two people speak against being one: born on two days, or with two numbers of one kind."""
        contrary = np.zeros(len(left), dtype=np.bool_)
        among = np.flatnonzero(self.person[left] & self.person[right])
        born, _ = self._days(left[among], right[among])
        number, _ = self._numbered(left[among], right[among])
        contrary[among] = ((born == 0) & (number < 1)) | ((number == 0) & (born < 2))
        return contrary

    def two_makers(self, left: Ints, right: Ints) -> npt.NDArray[np.bool_]:
        """Whether both records are of makers or exporters with a MID, and their MIDs differ by more than a slip."""
        levels, _ = self._values("manufacturer_id", left, right, slips=True)
        return np.asarray(levels == 0)

    def shown(self, feature: str, left: int, right: int) -> tuple[str, str]:
        """What the two records say of a feature, in their own words."""
        column = {"name": "names", "address": "addresses", "officer": "officers", "place": "postal_code",
                  "bond": "bond_number", "established": "established_on", "number": "key",
                  "identifier": "key", "manufacturer_id": "key", "given_name": "names", "birth": "established_on",
                  "person_number": "key"}.get(feature, feature)  # fmt: skip
        sides = []
        for record in (left, right):
            value = self.said[column][record]
            if feature == "place":
                value = [value, self.said["city"][record]]
            sides.append("; ".join(filter(None, value)) if isinstance(value, list) else str(value or ""))
        return sides[0], sides[1]

    def _keys(self) -> Iterable[tuple[Ints, Ints, int]]:
        """Blocking keys: (records, values, most records that a value may bring together)."""
        for name in ("phone", "email", "bond", "identifier", "manufacturer_id", "established", "website"):
            codes = self.one[name].codes
            held = np.flatnonzero(codes >= 0)
            yield held, codes[held], 60
        for name in ("address", "officer"):
            yield _owners(self.many[name]), self.many[name].codes, 60
        owners = _owners(self.names)
        bags = _codes([name.bag for name in self.read])
        joined = _codes([name.joined[:10] for name in self.read])
        yield owners, bags[self.names.codes], 120
        yield owners, joined[self.names.codes], 20
        words, places = self._rare_words(3)
        yield owners[places], words, 20
        words, places = self._rare_words(2)
        word_owner = owners[places]
        for name, size in (("postal", 3), ("city", 5)):
            one = self.one[name]
            short = _codes([value[:size] for value in one.values] or [""])
            where = np.where(one.codes >= 0, short[np.maximum(one.codes, 0)], UNKNOWN)
            known = where[word_owner] >= 0
            yield word_owner[known], words[known] * (len(short) + 1) + where[word_owner][known], 30
        yield self._houses()
        postal = self.one["postal"].codes
        address = self.many["address"]
        numbers = _codes([(re.search("[0-9]+", value) or [""])[0] for value in address.values] or [""])
        address_owner = _owners(address)
        known = postal[address_owner] >= 0
        yield (
            address_owner[known],
            postal[address_owner][known] * (len(numbers) + 1) + numbers[address.codes][known],
            60,
        )

    def _houses(self) -> tuple[Ints, Ints, int]:
        """Each number of an address with the word behind it: a house, whether its flat and town are written or not."""
        address = self.many["address"]
        table: dict[str, int] = {}
        of_address = [
            [table.setdefault(f"{number} {word}", len(table)) for number, word in _FIRST_WORD.findall(value)]
            for value in address.values
        ]
        owners = [(owner, key) for owner, code in zip(_owners(address).tolist(), address.codes.tolist(), strict=True)
                  for key in of_address[code]]  # fmt: skip
        held = np.array(owners, dtype=np.int64).reshape(-1, 2)
        return held[:, 0], held[:, 1], 12

    def _rare_words(self, most: int) -> tuple[Ints, Ints]:
        """The rarest words of each name, each two of them, and how the rarest begins: (key, place in its codes)."""
        keys: dict[str, int] = {}
        of_name: list[list[int]] = []
        for rarest in self._rarest:
            ranked = rarest[:most]
            some = [*ranked, *(f"{a} {b}" for i, a in enumerate(ranked) for b in ranked[i + 1 :])]
            some += [f"~{word[:5]}" for word in ranked[:1] if len(word) >= 6]
            of_name.append([keys.setdefault(key, len(keys)) for key in some])
        lengths = np.array([len(some) for some in of_name], dtype=np.int64)
        flat = np.array([key for some in of_name for key in some], dtype=np.int64)
        starts = np.concatenate(([0], np.cumsum(lengths)))
        codes = self.names.codes
        repeated = lengths[codes]
        places = np.repeat(np.arange(len(codes)), repeated)
        within = np.arange(len(places)) - np.repeat(np.cumsum(repeated) - repeated, repeated)
        return flat[starts[codes][places] + within], places

    def _names(self, left: Ints, right: Ints) -> tuple[Levels, Levels, Levels]:
        pair, one, other = _crossed(self.names, left, right)
        couples, back = _unique_couples(one, other, len(self.names.values))
        scores = np.zeros(len(couples[0]))
        shared = np.zeros(len(couples[0]))
        other_given = np.zeros(len(couples[0]), dtype=np.bool_)
        a_bags, b_bags = ([self.read[code].bag for code in side] for side in couples)
        hopeful = (_alike(a_bags, b_bags, fuzz.token_sort_ratio) >= 58) | (
            _alike(a_bags, b_bags, fuzz.token_set_ratio) >= 90
        )
        of_name = [frozenset(name.words) for name in self.read]
        people = np.flatnonzero(~hopeful & ~self.company[couples[0]] & ~self.company[couples[1]])
        a_heard, b_heard = ([self.read[code].heard for code in side[people].tolist()] for side in couples)
        hopeful[people] = _alike(a_heard, b_heard, fuzz.token_sort_ratio) >= 80
        in_part = [
            not of_name[one].isdisjoint(of_name[other])
            for one, other in zip(*(side[people].tolist() for side in couples), strict=True)
        ]
        hopeful[people] |= np.array(in_part, dtype=np.bool_)
        hopeful |= self.other_script[couples[0]] != self.other_script[couples[1]]
        for place in np.flatnonzero(hopeful).tolist():
            a, b = int(couples[0][place]), int(couples[1][place])
            of_people = not (self.company[a] or self.company[b])
            match = compare_read(self.read[a], self.read[b], rarity=self.rarity, of_people=of_people)
            scores[place], shared[place], other_given[place] = match.score, match.shared_bits, match.other_given
        score, bits = scores[back], shared[back]
        best = _best(pair, score + bits / 1e4, len(left))
        chosen = best[best >= 0]
        has = np.flatnonzero(best >= 0)
        levels = np.full(len(left), UNKNOWN, dtype=np.int8)
        levels[has] = np.searchsorted(_NAME_LEVELS, score[chosen], side="right")
        kept = np.zeros(len(left))
        kept[has] = bits[chosen]
        for level, less in _LESS_TELLING.items():
            kept[levels == level] -= less
        kept[levels <= 0] = 0
        given = np.full(len(left), UNKNOWN, dtype=np.int8)
        given[has[other_given[back][chosen]]] = 0
        return levels, _whole(kept), given

    def _addresses(self, left: Ints, right: Ints) -> tuple[Levels, Levels]:
        many = self.many["address"]
        pair, one, other = _crossed(many, left, right)
        couples, back = _unique_couples(one, other, len(many.values))
        numbers = [frozenset(re.findall("[0-9]+", value)) for value in many.values]
        a, b = ([many.values[code] for code in side] for side in couples)
        ratio = _alike(a, b, fuzz.token_set_ratio)
        order = np.maximum(_alike(a, b, fuzz.token_sort_ratio), _alike(a, b, fuzz.ratio))
        number = np.array([bool(numbers[x] & numbers[y]) for x, y in zip(*(c.tolist() for c in couples), strict=True)])
        number = number if len(number) else np.zeros(0, dtype=np.bool_)
        level = np.zeros(len(couples[0]), dtype=np.int8)
        level[(ratio >= _NEAR_ADDRESS) & (order >= 60)] = 1
        level[number & (((ratio >= _NEAR_ADDRESS) & (order >= 50)) | (order >= 84))] = 2
        for place in np.flatnonzero(level).tolist():
            if _other_house(a[place], b[place]):
                level[place] = 0
        level[couples[0] == couples[1]] = 3
        held = np.minimum(self._bits["address"][couples[0]], self._bits["address"][couples[1]])
        return _best_level(pair, level[back], held[back] - np.choose(level[back], (0, 10, 2, 0)), len(left))

    def _officers(self, left: Ints, right: Ints) -> tuple[Levels, Levels]:
        many = self.many["officer"]
        pair, one, other = _crossed(many, left, right)
        couples, back = _unique_couples(one, other, len(many.values))
        a, b = ([many.values[code] for code in side] for side in couples)
        near = _alike(a, b, fuzz.ratio) >= 88
        level = np.where(couples[0] == couples[1], 2, np.where(near, 1, 0)).astype(np.int8)
        held = np.minimum(self._bits["officer"][couples[0]], self._bits["officer"][couples[1]])
        return _best_level(pair, level[back], held[back] - np.choose(level[back], (0, 3, 0)), len(left))

    def _places(self, left: Ints, right: Ints) -> tuple[Levels, Levels]:
        """Postal code, else city."""
        levels, bits = self._values("postal", left, right, slips=True)
        city = self.one["city"].codes
        same = (levels < 2) & (city[left] >= 0) & (city[left] == city[right])
        levels[same] = 1
        bits[same] = _whole(self._bits["city"][city[left[same]]])
        apart = (levels == UNKNOWN) & (city[left] >= 0) & (city[right] >= 0)
        levels[apart] = 0
        return levels, bits

    def _values(self, name: str, left: Ints, right: Ints, *, slips: bool) -> tuple[Levels, Levels]:
        one = self.one[name]
        a, b = one.codes[left], one.codes[right]
        both = (a >= 0) & (b >= 0)
        same = both & (a == b)
        top = 2 if slips else 1
        levels = np.where(same, top, np.where(both, 0, UNKNOWN)).astype(np.int8)
        bits = np.zeros(len(left))
        bits[same] = self._bits[name][a[same]]
        if slips:
            apart = np.flatnonzero(both & ~same)
            couples, back = _unique_couples(a[apart], b[apart], len(one.values))
            words, others = ([one.values[code] for code in side] for side in couples)
            distance = np.array(process.cpdist(words, others, scorer=OSA.distance, score_cutoff=1), dtype=np.int64)
            long = np.array([len(word) >= 4 for word in words], dtype=np.bool_)
            slip = (distance <= 1) & long
            near = apart[slip[back]] if len(apart) else apart
            levels[near] = 1
            bits[near] = np.minimum(self._bits[name][a[near]], self._bits[name][b[near]]) - 5
        return levels, _whole(bits)

    def _numbered(self, left: Ints, right: Ints) -> tuple[Levels, Levels]:
        """Identifiers. Only those of one kind of party, written in one way, speak against each other."""
        levels, bits = self._values("identifier", left, right, slips=True)
        shapes = _codes(
            [re.sub("[A-Z]", "A", re.sub("[0-9]", "9", value)) for value in self.one["identifier"].values] or [""]
        )
        number, other = (np.maximum(self.one["identifier"].codes[side], 0) for side in (left, right))
        another_sort = (shapes[number] != shapes[other]) | (self.kind.codes[left] != self.kind.codes[right])
        levels[(levels == 0) & another_sort] = UNKNOWN
        return levels, bits

    def _days(self, left: Ints, right: Ints) -> tuple[Levels, Levels]:
        """Days: the same, a slip or a turn of day and month apart, or alike in two of year, month and day."""
        levels, bits = self._values("established", left, right, slips=True)
        one = self.one["established"]
        levels[levels > 0] += 1
        apart = np.flatnonzero(levels == 0)
        a, b = one.codes[left[apart]], one.codes[right[apart]]
        couples, back = _unique_couples(a, b, len(one.values))
        words, others = ([one.values[code] for code in side] for side in couples)
        for level, alike in ((1, _days_alike), (2, _days_turned)):
            found = np.array([alike(x, y) for x, y in zip(words, others, strict=True)], dtype=np.bool_)
            near = apart[found[back]] if len(apart) else apart
            levels[near] = level
        bits[apart[levels[apart] == 1]] = _ALIKE_DAYS_BITS
        turned = apart[levels[apart] == 2]
        held = [self._bits["established"][one.codes[side[turned]]] for side in (left, right)]
        bits[turned] = _whole(np.minimum(*held) - 5)
        return levels, bits


def _one(values: Sequence[Any], read: Callable[[str], str | None] | None = None) -> One:
    codes = np.full(len(values), UNKNOWN, dtype=np.int64)
    table: dict[str, int] = {}
    known: dict[str, str | None] = {}
    for place, value in enumerate(values):
        if value is None:
            continue
        text = str(value)
        if read is not None:
            if text not in known:
                known[text] = read(text)
            text = known[text] or ""
        if text:
            codes[place] = table.setdefault(text, len(table))
    return One(codes, tuple(table))


def _of_kinds(column: dict[str, list[Any]], *, makers: bool) -> list[str | None]:
    """The identifiers of makers and exporters (MIDs), or those of all others."""
    kinds = ("manufacturer", "exporter")
    return [
        number if (kind in kinds) is makers else None
        for kind, number in zip(column["kind"], column["identifier"], strict=True)
    ]


def _many(values: Sequence[Sequence[str] | None], read: Callable[[str], str | None]) -> Many:
    table: dict[str, int] = {}
    known: dict[str, str | None] = {}
    starts, codes = [0], []
    for some in values:
        mine = set()
        for value in some or ():
            if value and value not in known:
                known[value] = read(value)
            if value and (text := known[value]):
                mine.add(table.setdefault(text, len(table)))
        codes.extend(sorted(mine))
        starts.append(len(codes))
    return Many(np.array(starts, dtype=np.int64), np.array(codes, dtype=np.int64), tuple(table))


def _codes(values: Iterable[str]) -> Ints:
    table: dict[str, int] = {}
    return np.array([table.setdefault(value, len(table)) for value in values], dtype=np.int64)


def _owners(many: Many) -> Ints:
    """The record of each value."""
    return np.repeat(np.arange(len(many.starts) - 1), np.diff(many.starts))


def _units(outright: Ints) -> Ints:
    """Records that a number joins outright hold a value once, however many versions they are."""
    unit = np.where(outright >= 0, outright, int(outright.max(initial=-1)) + 1 + np.arange(len(outright)))
    return np.unique(unit, return_inverse=True)[1].astype(np.int64)


def _holders(codes: Ints, owners: Ints) -> Ints:
    """How many units hold each value."""
    known = codes >= 0
    if not known.any():
        return np.zeros(0, dtype=np.int64)
    units = int(owners.max()) + 1
    held = np.unique(codes[known] * units + owners[known]) // units
    return np.bincount(held, minlength=int(codes.max()) + 1).astype(np.int64)


def _pairs_within(owners: Ints, values: Ints, cap: int) -> tuple[Ints, Ints]:
    """All pairs of records that share a value; a value with more records than `cap` pairs neighbours only."""
    order = np.lexsort((owners, values))
    owners, values = owners[order], values[order]
    if len(owners) < 2:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    first = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    sizes = np.diff(np.concatenate((first, [len(values)])))
    size = np.repeat(sizes, sizes)
    last = np.repeat(first + sizes, sizes)
    partners = last - 1 - np.arange(len(values))
    partners = np.where(size > cap, np.minimum(partners, 2 if cap > 100 else 0), partners)
    left = np.repeat(np.arange(len(values)), partners)
    within = np.arange(len(left)) - np.repeat(np.cumsum(partners) - partners, partners)
    right = left + 1 + within
    one, other = owners[left], owners[right]
    return one[one != other], other[one != other]


def _crossed(many: Many, left: Ints, right: Ints) -> tuple[Ints, Ints, Ints]:
    """Every value of the left record beside every value of the right one: (pair, code, code)."""
    a, b = np.diff(many.starts)[left], np.diff(many.starts)[right]
    count = a * b
    pair = np.repeat(np.arange(len(left)), count)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    width = np.maximum(b[pair], 1)
    one = many.codes[many.starts[left][pair] + within // width] if len(pair) else pair
    other = many.codes[many.starts[right][pair] + within % width] if len(pair) else pair
    return pair, one, other


def _unique_couples(one: Ints, other: Ints, size: int) -> tuple[tuple[Ints, Ints], Ints]:
    """Each unordered couple of codes once, and where each couple stands among them."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    couple, back = np.unique(low * max(size, 1) + high, return_inverse=True)
    return (couple // max(size, 1), couple % max(size, 1)), back


def _alike(a: list[str], b: list[str], scorer: Callable[..., float]) -> npt.NDArray[np.float64]:
    return np.asarray(process.cpdist(a, b, scorer=scorer), dtype=np.float64) if a else np.zeros(0)


def _best(pair: Ints, score: npt.NDArray[np.float64], size: int) -> Ints:
    """The place of each pair's best score; UNKNOWN for a pair without one."""
    best = np.full(size, UNKNOWN, dtype=np.int64)
    order = np.lexsort((score, pair))
    best[pair[order]] = order  # the last of a pair is its best
    return best


def _best_level(pair: Ints, level: Levels, bits: npt.NDArray[np.float64], size: int) -> tuple[Levels, Levels]:
    best = _best(pair, level * 1000.0 + bits, size)
    has = best >= 0
    levels = np.full(size, UNKNOWN, dtype=np.int8)
    kept = np.zeros(size)
    levels[has] = level[best[has]]
    kept[has] = bits[best[has]]
    kept[levels <= 0] = 0
    return levels, _whole(kept)


def _whole(bits: npt.NDArray[np.float64]) -> Levels:
    return np.clip(np.rint(bits), 0, MOST_BITS).astype(np.int8)


def _address(written: str) -> str | None:
    words = address_words(written)
    return words if " " in words else None


def _other_house(one: str, other: str) -> bool:
    """Whether two addresses give one street two numbers that no slip of the pen explains."""
    numbers = {word: number for number, word in _FIRST_WORD.findall(one)}
    return any(
        word in numbers and OSA.distance(number, numbers[word]) > 1 for number, word in _FIRST_WORD.findall(other)
    )


def _person(written: str) -> str | None:
    return " ".join(sorted(spelled_words(written))) or None


def _digits(written: str) -> str | None:
    digits = re.sub("[^0-9]", "", written)
    return digits[-10:] if len(digits) >= _SHORTEST_PHONE else None


def _letters(written: str) -> str | None:
    return re.sub("[^0-9A-Z]", "", written.upper()) or None


def _email(written: str) -> str | None:
    found = _EMAIL.search(written.lower())
    return found.group() if found else None


def _day(written: str) -> str | None:
    """A day as YYYYMMDD where its spelling tells, else its letters and digits.

    Month before day where both are possible, as customs writes; two digits are of the last hundred years.
    """
    text = written.strip().upper()
    for pattern, order in _DAYS:
        if found := pattern.fullmatch(text):
            year, month, day = (found.group(place) for place in order)
            month = f"{_MONTHS[month[:3]]:02d}" if month[:3] in _MONTHS else month
            if len(year) == 2:
                year = ("20" if year <= _LATEST_YEAR else "19") + year
            if not month.isdigit():
                continue
            if int(month) > 12 >= int(day):
                month, day = day, month
            return f"{year}{int(month):02d}{int(day):02d}"
    return _letters(written)


def _days_turned(one: str, other: str) -> bool:
    """Whether two days differ only in that day and month change places."""
    return one[:4] == other[:4] and one[4:6] == other[6:8] and one[6:8] == other[4:6]


def _days_alike(one: str, other: str) -> bool:
    """Whether two of year, month and day are the same, or day and month change places and the year is a slip apart."""
    if len(one) != 8 or len(other) != 8:
        return False
    (year, month, day), (year_2, month_2, day_2) = ((text[:4], text[4:6], text[6:]) for text in (one, other))
    turned = (month, day) == (day_2, month_2) and OSA.distance(year, year_2) <= 1
    return turned or (year == year_2) + (month == month_2) + (day == day_2) == 2


def _domain(email: str | None, website: str | None) -> str | None:
    """The domain of a website, else of an e-mail; nothing where anybody can have one."""
    if website:
        host = re.sub(r"^(https?://)?(www\.)?", "", website.strip().lower()).split("/")[0]
    else:
        host = (_email(email or "") or "").rpartition("@")[2]
    return host if "." in host and host not in mail_providers() else None
