"""Invented companies, people and addresses."""

from datetime import date, timedelta
from random import Random

from tests.worlds.another_hand import codes, typos, words
from tests.worlds.another_hand.model import Firm
from tests.worlds.another_hand.ports import COUNTRIES, UNKNOWN_COUNTRIES


class Namer:
    """Draws names that no other firm of the world has, and whole firms around them."""

    def __init__(self, rng: Random, start: date) -> None:
        self._rng = rng
        self._start = start
        self._taken: set[str] = set()
        self._identifiers: set[str] = set()

    def _style(self, country: str) -> str:
        return "us" if country == "US" else COUNTRIES[country].style

    def company(self, country: str) -> str:
        """A company name in the way of its country."""
        while True:
            name = self._draw_name(self._style(country))
            if name.upper() not in self._taken:
                self._taken.add(name.upper())
                return name

    def _draw_name(self, style: str) -> str:
        rng = self._rng
        if style == "us":
            return self._american_name()
        syllables, forms = words.SYLLABLES[style], words.FORMS[style]
        first = "".join([rng.choice(syllables), rng.choice(syllables).lower()])
        if style in ("cn", "tw", "kr", "jp") and rng.random() < 0.4:
            first += rng.choice(syllables).lower()
        elif style not in ("cn", "tw", "kr", "jp"):
            first = " ".join(rng.sample(syllables, 2))
        middle = rng.choice(words.TRADES_ABROAD)
        if style == "cn" and rng.random() < 0.6:
            first = f"{rng.choice(COUNTRIES['CN'].cities)} {first}"
        form = rng.choice(forms)
        return f"PT {first} {middle}" if form == "PT" else f"{first} {middle} {form}"

    def _american_name(self) -> str:
        rng = self._rng
        chance = rng.random()
        if chance < 0.12:
            front = "".join(rng.sample("ABCDEFGHJKLMNPRSTUVWY", 3))
        elif chance < 0.24:
            front = rng.choice(words.SURNAMES[rng.choice(list(words.SURNAMES))])
        elif chance < 0.5:
            front = " ".join(rng.sample(words.US_FRONT, 2))
        else:
            front = rng.choice(words.US_FRONT)
        second = f" {rng.choice(words.US_TRADE)}" if rng.random() < 0.5 else ""
        return f"{front} {rng.choice(words.US_TRADE)}{second} {rng.choice(words.US_FORM)}"

    def person(self, country: str) -> str:
        """A person's name, often of the diaspora for an American firm."""
        rng = self._rng
        people = words.PEOPLE_OF.get(self._style(country), "us")
        if country == "US" and rng.random() < 0.4:
            people = rng.choice(list(words.SURNAMES))
        return f"{rng.choice(words.GIVEN[people])} {rng.choice(words.SURNAMES[people])}"

    def address(self, country: str) -> tuple[str, str, str, str]:
        """Street, city, region and postal code."""
        rng = self._rng
        if country == "US":
            city, region, postal = rng.choice(words.US_PLACES)
            unit = f" {rng.choice(('Suite', 'Unit', '#'))} {rng.randrange(1, 400)}" if rng.random() < 0.4 else ""
            street = (
                f"{rng.randrange(11, 19_999)} {rng.choice(words.US_STREETS)} {rng.choice(words.US_STREET_KINDS)}{unit}"
            )
            return street, city, region, postal
        city = rng.choice(COUNTRIES[country].cities)
        kinds = words.FOREIGN_STREETS.get(self._style(country), words.ZONES)
        district = ""
        if rng.random() < 0.4:
            district = f", {rng.choice(('Zone', 'District', 'Building', 'Block'))} {rng.choice('ABCDE')}"
        street = f"No. {rng.randrange(2, 2_999)} {rng.choice(kinds)}{district}"
        return street, city, "", f"{rng.randrange(10_000, 899_999)}"

    def phone(self, country: str) -> str:
        """A telephone number, written in one of the usual ways."""
        rng = self._rng
        if country == "US":
            area, middle, last = rng.randrange(201, 980), rng.randrange(200, 999), rng.randrange(10_000)
            return rng.choice(
                (f"({area}) {middle}-{last:04d}", f"{area}-{middle}-{last:04d}", f"+1 {area} {middle} {last:04d}")
            )
        return f"+{rng.randrange(31, 99)} {rng.randrange(10, 999)} {rng.randrange(1_000_000, 99_999_999)}"

    def firm(
        self, role: str, country: str, *, established: date | None = None, name: str | None = None,
        at: Firm | None = None,
    ) -> Firm:  # fmt: skip
        """A new firm; at another firm's address if one is given."""
        rng = self._rng
        name = name or self.company(country)
        street, city, region, postal = (at.street, at.city, at.region, at.postal) if at else self.address(country)
        core = "".join(character for character in name.lower().split(" co")[0] if character.isalnum())[:14]
        domain = (
            f"{core}.com" if rng.random() < 0.65 else rng.choice(("163.com", "gmail.com", "hotmail.com", "yahoo.com"))
        )
        mailbox = (
            rng.choice(("info", "sales", "import", "office"))
            if domain.startswith(core)
            else f"{core}{rng.randrange(10, 99)}"
        )
        founded = established or self._start - timedelta(days=rng.randrange(200, 9_000))
        return Firm(
            role, self._identify(role, country, name, street, city, founded=founded), name, country,
            self._style(country), street, city, region, postal, self.phone(country), f"{mailbox}@{domain}",
            f"www.{core}.com" if domain.startswith(core) else "",
            [self.person(country) for _ in range(rng.choice((1, 1, 2, 3)))], founded,
        )  # fmt: skip

    def _identify(self, role: str, country: str, name: str, street: str, city: str, *, founded: date) -> str:
        while True:
            identifier = self._draw_identifier(role, country, name, street, city, founded=founded)
            if identifier not in self._identifiers:
                self._identifiers.add(identifier)
                return identifier
            street = f"{self._rng.randrange(3_000, 9_999)} {street}"

    def _draw_identifier(self, role: str, country: str, name: str, street: str, city: str, *, founded: date) -> str:
        rng = self._rng
        if role in ("importer", "consignee"):
            if country != "US":
                return codes.customs_assigned_number(rng, max(founded.year, 1995), rng.choice(("27", "46", "55", "30")))
            return codes.taxpayer_number(rng)
        if role in ("manufacturer", "exporter"):
            return codes.manufacturer_id(rng, country, name, street, city)
        if role == "broker":
            return "".join(rng.sample("ABCDEFGHJKLMNPQRSTUVWXY23456789", 3))
        if role == "surety":
            return f"{rng.randrange(1, 999):03d}"
        return f"{country}-{rng.randrange(10_000_000, 99_999_999)}"

    def dress(self, firm: Firm) -> Firm:
        """Give a firm the spellings under which clerks will write it."""
        rng = self._rng
        firm.spellings = typos.spellings(rng, firm.name, 5)
        firm.streets = [firm.street] * 2 + [typos.respell_address(rng, firm.street) for _ in range(3)]
        if firm.role == "manufacturer":
            firm.wrong_ids = [typos.misspell_maker(rng, firm.identifier, UNKNOWN_COUNTRIES) for _ in range(3)]
        return firm
