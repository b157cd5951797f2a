"""The parties of a simulated world: importers, consignees, makers, brokers, sureties, carriers, forwarders.

Invariant: a party is named by its position in its columns; what others write of it is one of the spellings
kept beside it. Who controls an importer is known here and in the truth, and in no table.
"""

from dataclasses import dataclass

import numpy as np

from graph.model.mid import Maker, build_mid
from ingest.simulator.names import (
    american_address,
    american_company,
    foreign_address,
    foreign_company,
    person,
    spellings,
)
from ingest.simulator.reference import Array, Reference
from ingest.simulator.streams import stream

PRODUCTS_PER_MAKER = 4
DIRECTED = 0.05  # share of importers with a director by profession
OWN_AGENT = 0.3  # share of importers whose own lawyer takes papers
AT_AN_OFFICE_OF_MANY = 0.02  # share of importers whose address is an office that many share
_PROVINCES = {"Toronto": "XO", "Montreal": "XQ", "Vancouver": "XC", "Calgary": "XA", "Winnipeg": "XM"}
_EIN_PREFIXES = (
    "10", "12", "13", "20", "22", "26", "27", "33", "36", "38", "41", "43", "45", "46", "47", "52", "54", "56", "58",
    "61", "65", "68", "71", "74", "76", "77", "81", "82", "83", "84", "85", "87", "88", "91", "94", "95",
)  # fmt: skip
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(slots=True)
class Importers:
    """Firms that enter goods, then those that only receive them (consignees), in one numbering."""

    count: int  # of importers; consignees follow
    numbers: list[str]
    bare: Array  # the suffix 00 is left off on some papers
    names: list[tuple[str, ...]]
    addresses: list[tuple[str, ...]]
    city: Array
    postal: list[str]
    phones: list[str]
    emails: list[str]
    officers: list[str]  # one to three persons, joined by `;`
    agents: list[str]  # who takes papers on its behalf
    controller: Array
    established: Array
    start: Array  # first and last day of business within the world
    end: Array
    weight: Array  # share of all lots
    filer: Array
    second_filer: Array
    surety: Array
    bonds: list[str]
    consignee: Array
    risk: Array  # how often its goods are looked at, against the mean
    compliance: Array  # how often something is found then, against the mean


@dataclass(slots=True)
class Makers:
    """Plants abroad, each with a few products of one chapter."""

    mids: list[str]
    country: Array
    names: list[tuple[str, ...]]
    addresses: list[tuple[str, ...]]
    cities: list[str]
    officers: list[str]
    phones: list[str]
    products: Array  # maker x PRODUCTS_PER_MAKER, positions of products
    price: Array  # against the mean of its product and country
    exporter: Array  # position of the maker or trader that ships for it, itself mostly
    established: Array
    suffix: list[str]  # of its own rate under an order, or nothing


@dataclass(frozen=True, slots=True)
class Services:
    """Brokers, sureties, carriers and forwarders."""

    filers: tuple[str, ...]
    broker_names: tuple[str, ...]
    broker_weight: Array
    sureties: tuple[str, ...]
    surety_names: tuple[str, ...]
    carriers: tuple[str, ...]  # SCAC of ocean carriers
    truckers: tuple[str, ...]
    airlines: tuple[str, ...]
    forwarders: tuple[str, ...]
    forwarder_names: tuple[str, ...]
    owners: tuple[str, ...]  # owner codes of containers, with their category letter


@dataclass(frozen=True, slots=True)
class Parties:
    """Everybody."""

    importers: Importers
    makers: Makers
    services: Services


def make_services(seed: int, brokers: int) -> Services:
    """Brokers, sureties, carriers and forwarders, each with a code that no other of its kind has."""
    rng = stream(seed, "services")
    draws = rng.integers(0, 1 << 30, (brokers + 200, 6))
    filers = _codes(rng, brokers, "LDD", "DLD", "LLD", "DDD", "LLL")
    ranks = np.arange(1, brokers + 1) ** -0.9
    scacs = _codes(rng, 120, "LLLL")
    return Services(
        filers=filers,
        broker_names=tuple(american_company(row).rsplit(" ", 2)[0] + " Customs Brokers" for row in draws[:brokers]),
        broker_weight=ranks / ranks.sum(),
        sureties=_codes(rng, 24, "DDD"),
        surety_names=tuple(
            american_company(row).split(" ")[0] + " Surety Company" for row in draws[brokers : brokers + 24]
        ),
        carriers=scacs[:16],
        truckers=scacs[16:46],
        airlines=scacs[46:60],
        forwarders=scacs[60:],
        forwarder_names=tuple(
            american_company(row).split(" ")[0] + " Ocean Logistics Ltd." for row in draws[brokers + 30 : brokers + 90]
        ),
        owners=tuple(f"{code}U" for code in _codes(rng, 14, "LLL")),
    )


def make_makers(seed: int, reference: Reference, count: int) -> Makers:
    """Plants in the countries that make each product, with names, addresses and the MIDs these give."""
    rng = stream(seed, "makers")
    popularity = rng.gamma(0.8, 1.0, len(reference.hts_numbers)) + 0.15
    pairs = reference.origin_weight * popularity[:, None]
    cumulative = np.cumsum(pairs.ravel())
    # Every product has a first maker in its first country, so that no heading is without trade.
    drawn = np.searchsorted(cumulative, rng.random(count) * cumulative[-1], side="right")
    first = np.arange(len(reference.hts_numbers)) * pairs.shape[1] + pairs.argmax(axis=1)
    drawn[: len(first)] = first[:count]
    rng.shuffle(drawn)
    product, country = np.divmod(drawn, pairs.shape[1])
    chapter = np.array([int(hts[:2]) for hts in reference.hts_numbers])
    related: Array = chapter[:, None] == chapter[None, :]
    products = np.empty((count, PRODUCTS_PER_MAKER), dtype=np.int16)
    products[:, 0] = product
    for column in range(1, PRODUCTS_PER_MAKER):
        score = rng.random((count, len(chapter)), dtype=np.float32) * related[product]
        score *= reference.origin_weight.T[country] > 0
        best = score.argmax(axis=1)
        products[:, column] = np.where((score.max(axis=1) > 0) & (rng.random(count) < 0.6), best, product)
    draws = rng.integers(0, 1 << 30, (count, 16))
    names, addresses, cities, mids, officers, phones = [], [], [], [], [], []
    for row, origin, goods in zip(draws, country, product, strict=True):
        home = reference.countries[origin]
        name, address = foreign_company(home, int(chapter[goods]), row[:6]), foreign_address(home, row[6:9])
        city = home.cities[int(row[5]) % len(home.cities)]
        place = province(city, home.code)
        mids.append(build_mid(Maker(place, name, address, city)).key)
        names.append(spellings(name, int(row[9])))
        addresses.append(spellings(f"{address}, {city}", int(row[10])))
        cities.append(city)
        officers.append(person(row[11:14]))
        phones.append(f"+{20 + int(origin)} {int(row[14]) % 90 + 10} 555 {int(row[15]) % 10000:04d}")
    exporter = np.arange(count)
    trades = rng.random(count) < 0.2
    same_country = np.argsort(country, kind="stable")
    exporter[same_country[1:]] = np.where(
        trades[same_country[1:]] & (country[same_country[1:]] == country[same_country[:-1]]),
        same_country[:-1],
        same_country[1:],
    )
    return Makers(
        mids=mids,
        country=country.astype(np.int16),
        names=names,
        addresses=addresses,
        cities=cities,
        officers=officers,
        phones=phones,
        products=products,
        price=np.exp(rng.normal(0, 0.14, count)),
        exporter=exporter,
        established=rng.integers(4000, 18500, count),
        suffix=[""] * count,
    )


def province(city: str, country: str) -> str:
    """The code that a maker's id begins with: of the province in Canada, else of the country."""
    return _PROVINCES.get(city, country)


def make_importers(
    seed: int, reference: Reference, services: Services, *, count: int, begin: int, end: int
) -> Importers:
    """Importers of Zipf sizes, a quarter of them newcomers within the window, and their consignees."""
    rng = stream(seed, "importers")
    consignees = count // 5
    everyone = count + consignees
    draws = rng.integers(0, 1 << 30, (everyone, 16))
    city = rng.choice(len(reference.city_names), everyone, p=reference.city_weight / reference.city_weight.sum())
    names, addresses, postal, phones, emails, officers = [], [], [], [], [], []
    for row, home in zip(draws, city, strict=True):
        name = american_company(row[:5])
        names.append(spellings(name, int(row[5])))
        addresses.append(spellings(american_address(row[6:10]), int(row[10])))
        postal.append(f"{reference.city_postal[home]}{int(row[11]) % 100:02d}")
        phones.append(f"{201 + int(row[12]) % 780}-555-{int(row[12]) // 780 % 10000:04d}")
        emails.append(f"office{int(row[13]) % 97}@{name.split(' ')[0].lower()}{int(row[13]) // 97 % 89}.example")
        officers.append(person(row[13:16]))
    # Groups of firms under one hand, which share an officer always and a telephone or address sometimes.
    controller = np.arange(everyone)
    for leader in np.flatnonzero(rng.random(count) < 0.03).tolist():
        for follower in rng.integers(0, count, int(rng.integers(1, 4))).tolist():
            controller[follower] = leader
            officers[follower] = officers[leader]
            if rng.random() < 0.5:
                phones[follower] = phones[leader]
            if rng.random() < 0.3:
                addresses[follower], city[follower] = addresses[leader], city[leader]
                postal[follower] = postal[leader]
    society = stream(seed, "society")
    agents = _make_society(society, officers=officers, addresses=addresses, city=city, postal=postal, size=everyone)
    numbers = _importer_numbers(rng, everyone)
    for row in np.flatnonzero(rng.random(count) < 0.015):  # divisions: the parent's number with another suffix
        parent = int(rng.integers(0, count))
        if numbers[parent].endswith("00") and parent != row:
            division = f"{numbers[parent][:10]}0{rng.integers(1, 9)}"
            if division not in numbers[:everyone]:
                numbers[row], controller[row] = division, controller[parent]
    length = end - begin + 1
    newcomer = rng.random(everyone) < 0.25
    leaver = rng.random(everyone) < 0.15
    start = np.where(newcomer, begin + rng.integers(20, length - 60, everyone), begin)
    stop = np.where(leaver, begin + rng.integers(120, length, everyone), end)
    stop = np.where(stop < start + 90, end, stop)
    weight = np.arange(1, count + 1) ** -0.92
    rng.shuffle(weight)
    weight = np.where(newcomer[:count], weight * 0.5, weight)
    return Importers(
        count=count,
        numbers=numbers,
        bare=np.array([number.endswith("00") and number[2] == "-" for number in numbers])
        & (rng.random(everyone) < 0.2),
        names=names,
        addresses=addresses,
        city=city,
        postal=postal,
        phones=phones,
        emails=emails,
        officers=officers,
        agents=agents,
        controller=controller,
        established=np.where(newcomer, start - rng.integers(5, 900, everyone), rng.integers(5000, begin, everyone)),
        start=start,
        end=stop,
        weight=weight / weight.sum(),
        filer=rng.choice(len(services.filers), everyone, p=services.broker_weight),
        second_filer=rng.choice(len(services.filers), everyone, p=services.broker_weight),
        surety=rng.integers(0, len(services.sureties), everyone),
        bonds=[f"{draw % 1_000_000_000:09d}" for draw in rng.integers(0, 1 << 40, everyone)],
        consignee=np.where(
            rng.random(everyone) < 0.72, np.arange(everyone), count + rng.integers(0, consignees, everyone)
        ),
        risk=rng.gamma(2.0, 0.5, everyone) + 0.05,
        compliance=rng.gamma(1.5, 1 / 1.5, everyone) + 0.05,
    )


def _make_society(
    rng: np.random.Generator,
    *,
    officers: list[str],
    addresses: list[tuple[str, ...]],
    city: Array,
    postal: list[str],
    size: int,
) -> list[str]:
    """What strangers have in common: directors by profession, agents, and offices that many use as an address.

    Adds officers and changes addresses in place; the registered agent of each firm.
    """
    directors = [person(row) for row in rng.integers(0, 1 << 30, (max(6, size // 400), 3))]
    others = rng.integers(0, 1 << 30, (size, 2, 3))
    number = np.searchsorted((0.55, 0.86), rng.random(size))  # of further officers
    directed = rng.random(size) < DIRECTED
    director = rng.integers(0, len(directors), size)
    pool = [american_company(row).split(" ")[0] for row in rng.integers(0, 1 << 30, (max(12, size // 150), 5))]
    rank = np.arange(1, len(pool) + 1) ** -0.8
    agent = rng.choice(len(pool), size, p=rank / rank.sum())
    own = rng.random(size) < OWN_AGENT
    offices = rng.integers(0, 1 << 30, (int(city.max()) + 1, 6))
    tenant = rng.random(size) < AT_AN_OFFICE_OF_MANY
    suite = rng.integers(0, 900, size)
    agents = []
    for at in range(size):
        people = [officers[at], *(person(row) for row in others[at, : number[at]])]
        if directed[at]:
            people[-1 if len(people) == 3 else len(people) :] = [directors[director[at]]]
        officers[at] = ";".join(dict.fromkeys(people))
        name = people[0].split(" ")[-1] if own[at] else pool[agent[at]]
        agents.append(f"{name} {'Law Office' if own[at] else 'Registered Agents'}")
        if tenant[at]:
            address, postal[at], agents[at] = office_of_many(offices[city[at]], int(suite[at]), postal[at])
            addresses[at] = spellings(address, int(suite[at]))
    return agents


def office_of_many(draws: Array, suite: int, postal: str) -> tuple[str, str, str]:
    """Address, postal code and registered agent of a tenant in an office that many firms give as their address."""
    street = american_address(draws[:4]).split(" Suite ")[0]
    agent = f"{american_company(draws[:5]).split(' ')[0]} Registered Agents"
    return f"{street} Suite {100 + suite}", f"{postal[:3]}{int(draws[5]) % 100:02d}", agent


def _importer_numbers(rng: np.random.Generator, count: int) -> list[str]:
    serials = rng.choice(9_999_000, count, replace=False)
    prefixes = rng.integers(0, len(_EIN_PREFIXES), count)
    kinds = rng.random(count)
    tails = rng.integers(1, 100, count)
    numbers = []
    for row in range(count):
        serial = int(serials[row])
        if kinds[row] < 0.02:  # assigned by customs: year, day of year and port district in pairs, then a serial
            numbers.append(
                f"{10 + serial % 14:02d}{serial // 14 % 12 + 1:02d}{serial // 168 % 28 + 1:02d}-{row % 100000:05d}"
            )
            continue
        suffix = "00" if kinds[row] < 0.9 else f"{tails[row]:02d}" if kinds[row] < 0.98 else "RC"
        numbers.append(f"{_EIN_PREFIXES[prefixes[row]]}-{serial:07d}{suffix}")
    return numbers


def _codes(rng: np.random.Generator, count: int, *shapes: str) -> tuple[str, ...]:
    """Different codes of the given shapes (L a letter, D a digit), in the order drawn."""
    found: dict[str, None] = {}
    while len(found) < count:
        shape = shapes[int(rng.integers(0, len(shapes)))]
        code = "".join(
            _LETTERS[int(rng.integers(0, 26))] if sign == "L" else str(int(rng.integers(0, 10))) for sign in shape
        )
        found[code] = None
    return tuple(found)
