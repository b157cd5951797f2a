"""The things of the world: firms, lots, entries, actions and planted schemes."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.worlds.another_hand.goods import Product
from tests.worlds.another_hand.ports import Port

Row = dict[str, Any]


@dataclass(eq=False)
class Firm:
    """A company in one of its roles, with the spellings under which clerks know it."""

    role: str
    identifier: str
    name: str
    country: str
    style: str
    street: str
    city: str
    region: str
    postal: str
    phone: str
    email: str
    website: str
    officers: list[str]
    established: date
    spellings: list[str] = field(default_factory=list)
    streets: list[str] = field(default_factory=list)
    wrong_ids: list[str] = field(default_factory=list)
    former_spellings: list[str] = field(default_factory=list)
    other_names: str = ""
    name_kind: str = ""
    agent: str = ""
    bond: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    programs: str = ""
    trusted: str = ""
    sender_ids: dict[str, str] = field(default_factory=dict)

    def move_in_with(self, other: "Firm") -> None:
        """Take another firm's address."""
        self.street, self.city, self.region, self.postal = other.street, other.city, other.region, other.postal


@dataclass(eq=False)
class Trade:
    """How an importer trades: its goods, makers, ports, agents and years."""

    importer: Firm
    size: float
    goods: list[Product]
    makers: dict[str, list[Firm]]
    sea_ports: list[Port]
    port_shares: list[float]
    other_ports: dict[str, Port]
    broker: Firm
    second_broker: Firm
    surety: Firm
    consignee: Firm
    carrier: str
    begins: date
    ends: date
    bare_number: float
    months: list[float]


@dataclass(eq=False)
class Lot:
    """Goods that travel together: a line or a few, or nothing but a bill."""

    product: Product
    maker: Firm
    importer: Firm
    arrived: date
    port: Port
    origin: str
    shipped_from: str
    quantity: float
    kg: float
    packages: int
    value: float
    mode: str
    carrier: str
    containers: list[str]
    seals: list[str]
    exporter: Firm | None = None
    consignee: Firm | None = None
    text: str = ""
    bill: str = ""
    entry: "Entry | None" = None
    line: int = 0
    lines: int = 1
    left: date | None = None  # a stopped lot's: the day since which it was no longer where customs stopped it


@dataclass(eq=False)
class Entry:
    """An entry summary; its number is given when the year's entries are in order."""

    importer: Firm
    number_written: str
    broker: Firm
    surety: Firm
    bond_type: str
    kind: str
    filed: date
    lots: list[Lot]
    number: str = ""


@dataclass(eq=False)
class Act:
    """Something customs did about a lot or a firm."""

    kind: str
    on: date
    known: date
    port: str
    targeting: str
    result: str
    lot: Lot | None = None
    importer: Firm | None = None
    maker: Firm | None = None
    area: str = ""
    severity: str = ""
    value_change: int = 0
    revenue_change: int = 0
    remarks: str = ""


@dataclass(eq=False)
class Scheme:
    """A planted scheme, or an honest look-alike of one."""

    kind: str
    family: str
    controller: Firm
    members: list[Firm]
    entries: list[Entry]
    duty: float | None  # US dollars; a look-alike has none
