"""What these worlds trade in: goods with real tariff numbers, orders with real case numbers, real ports.

Invariant: prices, weights, days of orders and shares of countries are invented; codes are real.
"""

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Goods:
    """One product. `order` is a case number where one can stand, against the country `against`."""

    hts: str
    words: str
    unit: str
    usd_a_unit: float
    kg_a_unit: float
    units_a_package: int
    duty: float  # of the value
    countries: str  # that make it, the cheapest first
    order: str
    against: str
    product: str
    material: str  # HTS6 of what it is made from


def _goods() -> tuple[Goods, ...]:
    with Path(__file__).with_name("goods.csv").open(encoding="utf-8", newline="") as rows:
        return tuple(
            Goods(
                hts=row["hts"],
                words=row["words"],
                unit=row["unit"],
                usd_a_unit=float(row["usd_a_unit"]),
                kg_a_unit=float(row["kg_a_unit"]),
                units_a_package=int(row["units_a_package"]),
                duty=float(row["duty"]),
                countries=row["countries"],
                order=row["order"],
                against=row["against"],
                product=row["product"],
                material=row["material"],
            )
            for row in csv.DictReader(rows)
        )


_WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))

GOODS = _goods()
PORTS: tuple[str, ...] = tuple(_WORDS["ports"].split())
STREETS: list[str] = _WORDS["streets"].split()
FIRST_WORDS: list[str] = _WORDS["first_words"].split()
SECOND_WORDS: list[str] = _WORDS["second_words"].split()
TRADE_WORDS: list[str] = _WORDS["trade_words"].split()
GIVEN: list[str] = _WORDS["given"].split()
FAMILY: list[str] = _WORDS["family"].split()
WORKS: list[str] = _WORDS["works"].split()
SCACS: list[str] = _WORDS["scacs"].split()  # of invented lines
CONTAINER_OWNERS: list[str] = _WORDS["container_owners"].split()
SYLLABLES: dict[str, str] = _WORDS["syllables"]
MAKER_CITIES: dict[str, str] = _WORDS["maker_cities"]
KINDS_OF_STREET = ("Street", "Avenue", "Road", "Drive", "Boulevard", "Parkway", "Lane")
US_CITIES = (
    ("Long Beach", "CA", "908"), ("City of Industry", "CA", "917"), ("Ontario", "CA", "917"), ("Newark", "NJ", "071"),
    ("Edison", "NJ", "088"), ("Houston", "TX", "770"), ("Dallas", "TX", "752"), ("Miami", "FL", "331"),
    ("Savannah", "GA", "314"), ("Atlanta", "GA", "303"), ("Seattle", "WA", "981"), ("Tacoma", "WA", "984"),
    ("Chicago", "IL", "606"), ("Columbus", "OH", "432"), ("Memphis", "TN", "381"), ("Norfolk", "VA", "235"),
    ("Brooklyn", "NY", "112"), ("Buffalo", "NY", "142"), ("Baltimore", "MD", "212"), ("Laredo", "TX", "780"),
)  # fmt: skip
LEGAL_FORMS = ("Inc", "LLC", "Corp", "Co", "Inc.", "Company", "L.L.C.", "Corporation", "Ltd")
MAKER_FORMS = {
    "CN": ("Co., Ltd.", "Co Ltd", "Industrial Co., Ltd.", "Import and Export Co., Ltd."),
    "TW": ("Co., Ltd.", "Enterprise Co., Ltd.", "Industrial Corp."),
    "VN": ("JSC", "Co., Ltd.", "Company Limited", "Joint Stock Company"),
    "MY": ("Sdn. Bhd.", "Sdn Bhd", "Industries Sdn. Bhd."),
    "TH": ("Co., Ltd.", "Public Company Limited", "Limited Partnership"),
    "ID": ("PT", "Tbk"),
    "KR": ("Co., Ltd.", "Corporation", "Inc."),
    "IN": ("Private Limited", "Pvt. Ltd.", "Exports", "Industries Ltd"),
    "MX": ("S.A. de C.V.", "SA de CV", "S. de R.L."),
    "": ("S.A.", "GmbH", "S.p.A.", "Ltd.", "S.L.", "A.S."),
}
