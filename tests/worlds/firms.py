"""Firms of these worlds: who they are, where they sit, how others write them.

Invariant: firms of schemes, of look-alikes and of ordinary trade are made by the same functions.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from graph.model.errors import Invalid
from graph.model.identifiers import ManufacturerId
from graph.model.mid import Maker, build_mid
from tests.worlds import goods
from tests.worlds.style import Style


@dataclass(slots=True)
class Firm:
    """A firm. Days count from the world's first; `key` is its importer number or MID as stored."""

    key: str
    name: str
    address: str
    city: str
    region: str
    postal_code: str
    country: str
    phone: str
    email: str
    website: str
    officers: list[str]
    agent: str = ""
    bond: str = ""
    opened: int = -2000
    former: list[tuple[int, "Firm"]] = field(default_factory=list)  # what stood on file until that day
    written: str = ""  # the number as entry lines have it


class Firms:
    """Makes firms with numbers that nobody else has, and keeps all that were made."""

    def __init__(self, rng: np.random.Generator, style: Style) -> None:
        self.rng = rng
        self.style = style
        self.importers: list[Firm] = []
        self.makers: list[Firm] = []
        self._keys: set[str] = set()
        self._names: set[str] = set()
        # Addresses, officers and agents that many honest firms share.
        self.offices = [self._us_place() for _ in range(12)]
        self.directors = [self.person() for _ in range(10)]
        self.agents = [f"{self.pick(goods.FAMILY)} Registered Agents {self.pick(goods.LEGAL_FORMS)}" for _ in range(9)]
        self.service_phones = [self.phone() for _ in range(14)]  # of brokers and bureaus that answer for many
        self.forwarders = [self._us_place() for _ in range(5)]

    def pick(self, choices: "tuple[str, ...] | list[str]") -> str:
        return choices[int(self.rng.integers(len(choices)))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def person(self) -> str:
        return f"{self.pick(goods.GIVEN)} {self.pick(goods.FAMILY)}"

    def phone(self) -> str:
        d = self.rng.integers(0, 10, 7)
        return f"{self.rng.integers(201, 989)}-{''.join(map(str, d[:3]))}-{''.join(map(str, d[3:]))}"

    def _us_place(self) -> tuple[str, str, str, str]:
        city, region, zone = goods.US_CITIES[int(self.rng.integers(len(goods.US_CITIES)))]
        street = f"{self.rng.integers(1, 9900)} {self.pick(goods.STREETS)} {self.pick(goods.KINDS_OF_STREET)}"
        return street, city, region, f"{zone}{self.rng.integers(0, 99):02d}"

    def us_name(self) -> str:
        """A name that nobody bears yet."""
        for _ in range(200):
            words = [self.pick(goods.FIRST_WORDS)]
            if self.chance(0.6):
                words.append(self.pick(goods.SECOND_WORDS))
            elif self.chance(0.3):
                words = [self.pick(goods.FAMILY), "&", self.pick(goods.FAMILY)]
            words.append(self.pick(goods.TRADE_WORDS))
            name = " ".join(words)
            if name not in self._names:
                break
        self._names.add(name)
        return f"{name} {self.pick(goods.LEGAL_FORMS)}"

    def _number(self, *, foreign: bool) -> str:
        while True:
            if foreign or self.chance(0.04):
                year = self.style.first_day.year % 100
                place = f"{self.rng.integers(year - 8, year + 1):02d}{self.pick(goods.PORTS[:12])}"
                key = f"{place}-{self.rng.integers(1, 99999):05d}"
            else:
                suffix = (
                    "00" if self.chance(0.95) or self.style.numbers != "suffix" else f"{self.rng.integers(1, 9):02d}"
                )
                key = f"{self.rng.integers(10, 99)}-{self.rng.integers(1000000, 9999999)}{suffix}"
            if key[:10] not in self._keys:
                self._keys.add(key[:10])
                return key

    def spelt(self, key: str) -> str:
        """The importer number as this world's entry lines write it."""
        if key[2] != "-":
            return key
        if self.style.numbers == "suffix":
            return key
        bare = key[:10] if key.endswith("00") else key
        return bare if self.style.numbers == "bare" else bare.replace("-", "")

    def importer(self, *, foreign: "Firm | None" = None, opened: int = -2000) -> Firm:
        """A new importer of record; `foreign` is the maker who enters its own goods."""
        key = self._number(foreign=foreign is not None)
        if foreign is not None:
            firm = replace(foreign, key=key, officers=list(foreign.officers), former=[], opened=opened)
        else:
            office = self.chance(0.06)
            street, city, region, postal = self.offices[int(self.rng.integers(12))] if office else self._us_place()
            if office:
                street += f", Suite {self.rng.integers(100, 900)}"
            name = self.us_name()
            stem = "".join(c for c in name.lower().rsplit(" ", 1)[0] if c.isalnum())
            officers = [self.person() for _ in range(int(self.rng.integers(1, 4)))]
            if self.chance(0.05):
                officers.append(self.pick(self.directors))
            phone = self.pick(self.service_phones) if self.chance(0.04) else self.phone()
            firm = Firm(
                key,
                name,
                street,
                city,
                region,
                postal,
                "US",
                phone,
                f"info@{stem}.example",
                f"www.{stem}.example",
                officers,
                self.pick(self.agents) if self.chance(0.4) else "",
                f"{self.rng.integers(10**8, 10**9)}",
                opened,
            )
        firm.written = self.spelt(key)
        self.importers.append(firm)
        return firm

    def maker(self, country: str, *, opened: int = -2000, name: str = "", at: "Firm | None" = None) -> Firm:
        """A new plant; `at` gives it another's address."""
        syllables = goods.SYLLABLES.get(country, goods.SYLLABLES[""]).split()
        cities = goods.MAKER_CITIES.get(country, goods.MAKER_CITIES[""]).split()
        forms = goods.MAKER_FORMS.get(country, goods.MAKER_FORMS[""])
        while True:
            made = name
            if not made:
                core = f"{self.pick(syllables)}{' ' if self.chance(0.5) else ''}{self.pick(syllables).lower()}"
                core = core.title() if " " in core else core
                city = f"{self.pick(cities)} " if self.chance(0.35) else ""
                form = self.pick(forms)
                made = (
                    f"PT {core} {self.pick(goods.WORKS)}"
                    if form == "PT"
                    else f"{city}{core} {self.pick(goods.WORKS)} {form}"
                )
            way = self.pick(("Road", "Industrial Zone", "Lane"))
            street = f"{self.rng.integers(1, 2900)} {self.pick(goods.STREETS)} {way}"
            town = self.pick(cities)
            if at is not None:
                street, town = at.address, at.city
            try:
                key = build_mid(Maker(country, made, street, town)).key
            except Invalid:
                name = ""
                continue
            if key not in self._keys:
                break
            name = f"{name.split(' ')[0]} {self.pick(syllables)} {name.split(' ', 1)[-1]}" if name and not at else ""
        self._keys.add(key)
        stem = "".join(c for c in made.lower() if c.isalnum())[:14]
        officer = f"{self.pick(syllables)} {self.pick(goods.FAMILY)}"
        firm = Firm(
            key,
            made,
            street,
            town,
            "",
            f"{self.rng.integers(10000, 99999)}",
            country,
            f"{self.rng.integers(20, 99)} {self.rng.integers(10**7, 10**8)}",
            f"sales@{stem}.example",
            "",
            [officer],
            opened=opened,
            written=key,
        )
        self.makers.append(firm)
        return firm

    def same_street(self, firm: Firm, as_in: Firm) -> None:
        firm.address, firm.city, firm.region, firm.postal_code = (
            as_in.address,
            as_in.city,
            as_in.region,
            as_in.postal_code,
        )

    def slips(self, mid: str) -> list[str]:
        """Three ways in which brokers get a MID wrong; each is still a MID."""
        found = [self._slip(mid) for _ in range(3)]
        return [slip if _is_mid(slip) else mid for slip in found]

    def _slip(self, mid: str) -> str:
        digits = [i for i, c in enumerate(mid) if c.isdigit() and i > 2]
        how = self.rng.random()
        if how < 0.35 and digits:
            at = int(self.rng.choice(digits))
            return mid[:at] + str(self.rng.integers(0, 10)) + mid[at + 1 :]
        if how < 0.5 and digits:
            at = int(self.rng.choice(digits))
            return mid[:at] + mid[at + 1 :]
        if how < 0.75:
            at = int(self.rng.integers(2, min(8, len(mid) - 3)))
            return mid[:at] + mid[at + 1] + mid[at] + mid[at + 2 :]
        if how < 0.9:
            return mid[:-1] + self.pick(list("ABEGINORSTU"))
        at = int(self.rng.integers(3, min(8, len(mid) - 3)))
        return mid[:at] + mid[at + 1 :]

    def as_written(self, name: str, slips: float = 0.5) -> str:
        """A name as a carrier's clerk writes it: forms cut short, words swapped, letters lost."""
        words = name.upper().replace(",", "").split()
        if self.chance(0.3):
            shorter = {
                "LIMITED": "LTD",
                "COMPANY": "CO",
                "CORPORATION": "CORP",
                "INDUSTRIAL": "IND",
                "PRIVATE": "PVT",
                "INTERNATIONAL": "INTL",
                "MANUFACTURING": "MFG",
                "TECHNOLOGY": "TECH",
                "TRADING": "TRDG",
                "IMPORTS": "IMP",
                "DISTRIBUTORS": "DISTR",
                "PRODUCTS": "PROD",
                "AND": "&",
            }
            words = [shorter.get(word, word) for word in words]
        if self.chance(0.25):
            words = [word.replace(".", "") for word in words]
        if self.chance(0.15) and len(words) > 2:
            words = words[:-1]
        if self.chance(0.05) and len(words) > 2:
            words[0], words[1] = words[1], words[0]
        text = " ".join(words)
        if self.chance(0.12 * slips):
            for old, new in (("ZH", "CH"), ("XI", "HSI"), ("QI", "CHI"), ("OO", "U"), ("PH", "F"), ("JIN", "CHIN")):
                if old in text:
                    text = text.replace(old, new, 1)
                    break
        if self.chance(0.2 * slips) and len(text) > 6:
            at = int(self.rng.integers(1, len(text) - 2))
            how = self.rng.random()
            text = text[:at] + text[at + 1 :] if how < 0.5 else text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        return text


def _is_mid(text: str) -> bool:
    try:
        return ManufacturerId.parse(text).key == text
    except Invalid:
        return False
