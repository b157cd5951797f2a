"""The world's state, and the few things that can happen in it."""

import math
from datetime import date, timedelta
from random import Random

from tests.worlds.another_hand import codes
from tests.worlds.another_hand.goods import Product
from tests.worlds.another_hand.model import Act, Entry, Firm, Lot, Row, Scheme, Trade
from tests.worlds.another_hand.naming import Namer
from tests.worlds.another_hand.ports import AIR_CARRIERS, CARRIERS, COUNTRIES, PORTS, TRUCKERS, Port

SHIPS = ("PACIFIC", "EVER", "NORDIC", "ORIENT", "STAR", "CAPE", "ATLANTIC", "SOUTHERN")
OF_SHIPS = ("GRACE", "PEARL", "BRIDGE", "HARMONY", "DAWN", "EAGLE", "VISTA", "LOTUS", "SUMMIT", "TRADER")
CONTAINER_OWNERS = ("MSKU", "TGHU", "CSQU", "OOLU", "EGHU", "TCNU", "HLXU", "CMAU", "TEMU", "FCIU")
IN_SEVERAL_LINES = 0.25
"""Share of entries of one lot that list it by size or style in several lines."""
SLOW_RESULTS = {
    "exam": 12.0, "document_review": 25.0, "hold": 9.0, "detention": 22.0, "sample": 75.0, "audit": 210.0,
    "site_visit": 60.0, "penalty": 35.0,
}  # fmt: skip
"""Median days until the result of an action is known."""


class World:
    """Everything that exists and has happened so far."""

    def __init__(self, seed: int, lines: int) -> None:
        self.rng = Random(seed)  # noqa: S311
        self.lines = lines
        self.start = date(2017, 1, 1)
        self.months = self.rng.choice((48, 52, 56, 60))
        self.end = self.month_start(self.months) - timedelta(days=1)
        self.namer = Namer(self.rng, self.start)
        self.firms: list[Firm] = []
        self.makers: dict[tuple[str, str], list[Firm]] = {}
        self.maker_level: dict[str, float] = {}
        self.trades: list[Trade] = []
        self.reserved: set[int] = set()
        self.brokers: list[Firm] = []
        self.sureties: list[Firm] = []
        self.forwarders: list[Firm] = []
        self.own_numbering: set[str] = set()
        self.entries: list[Entry] = []
        self.bare_lots: list[Lot] = []
        self.acts: list[Act] = []
        self.foreign_bills: list[Row] = []
        self.in_bond: list[Row] = []
        self.claims: list[Row] = []
        self.capacity: list[Row] = []
        self.short_plants: set[str] = set()  # that ship what they cannot make
        self.letters: list[tuple[date, str, str, str]] = []  # day, kind, title and text
        self.schemes: list[Scheme] = []
        self.detours: list[tuple[str, str, str, date, date, float]] = []
        self.boxes = [
            codes.container_number(self.rng, self.rng.choice(CONTAINER_OWNERS)) for _ in range(max(200, lines // 12))
        ]

    def month_start(self, month: int) -> date:
        """The first day of the n-th month of the world."""
        return date(self.start.year + month // 12, month % 12 + 1, 1)

    def day(self, low: float, high: float) -> date:
        """A day between two shares of the world's span."""
        span = (self.end - self.start).days
        return self.start + timedelta(days=int(span * self.rng.uniform(low, high)))

    def after(self, on: date, low: int, high: int) -> date:
        """A day some days after another."""
        return on + timedelta(days=self.rng.randint(low, high))

    def spread(self, begin: date, end: date, count: int) -> list[date]:
        """Days over a span, in order, none after the world's end."""
        last = min(end, self.end)
        span = max((last - begin).days, 1)
        return sorted(begin + timedelta(days=self.rng.randrange(span)) for _ in range(count))

    def heads(self, chance: float = 0.5) -> bool:
        """Whether something of the given chance happens."""
        return self.rng.random() < chance

    def firm(
        self, role: str, country: str, *, established: date | None = None, name: str | None = None,
        at: Firm | None = None,
    ) -> Firm:  # fmt: skip
        """A new firm that has a record with customs or in a register."""
        made = self.namer.dress(self.namer.firm(role, country, established=established, name=name, at=at))
        if role == "importer":
            made.bond = f"{self.rng.randrange(10**8, 10**9)}"
        self.firms.append(made)
        return made

    def maker(
        self, country: str, *, established: date | None = None, level: float | None = None, at: Firm | None = None
    ) -> Firm:
        """A new maker with its own price level."""
        made = self.firm("manufacturer", country, established=established, at=at)
        self.maker_level[made.identifier] = level if level is not None else self.rng.lognormvariate(0, 0.09)
        return made

    def price(self, product: Product, country: str, maker: Firm) -> float:
        """A unit price of the day."""
        level = COUNTRIES[country].price_level * self.maker_level.get(maker.identifier, 1.0)
        return product.price * level * self.rng.lognormvariate(0, 0.06)

    def mode_of(self, port: Port) -> str:
        """How goods come to a port."""
        if port.kind == "sea":
            return "11" if self.heads(0.96) else "10"
        return "40" if port.kind == "air" else self.rng.choice(("30", "30", "30", "20"))

    def lot(
        self, trade: Trade, product: Product, maker: Firm, arrived: date, *, port: Port | None = None,
        priced_as: str | None = None, size: float = 1.0, exporter: Firm | None = None, shipped_from: str | None = None,
        consignee: Firm | None = None,
    ) -> Lot:  # fmt: skip
        """A lot of goods on its way to an importer."""
        rng = self.rng
        country = maker.country
        source = shipped_from or country
        gate = port or self.port_for(trade, source, arrived)
        unit = self.price(product, priced_as or country, maker)
        worth = min(rng.lognormvariate(9.7, 0.75) * size, 900_000)
        packages = max(1, round(worth / unit / product.per_package))
        quantity = round(packages * product.per_package * (1 if self.heads(0.8) else rng.uniform(0.97, 1.0)), 2)
        kg = max(1.0, round(quantity * product.kg * rng.uniform(1.02, 1.1), 1 if packages < 20 else 0))
        mode = self.mode_of(gate)
        carrier = trade.carrier if mode in ("11", "10") and self.heads(0.7) else rng.choice(CARRIERS)
        if mode not in ("11", "10"):
            carrier = rng.choice(AIR_CARRIERS if mode == "40" else TRUCKERS)
        boxes = [rng.choice(self.boxes) for _ in range(min(5, math.ceil(kg / 21_000)))] if mode == "11" else []
        return Lot(
            product, maker, trade.importer, arrived, gate, country, source, quantity, kg, packages,
            float(round(max(quantity * unit, 10))), mode, carrier, boxes,
            [f"{rng.choice('ABCEKL')}{rng.randrange(10**6, 10**7)}" for _ in boxes], exporter,
            consignee or trade.consignee, product.name, f"{carrier}{rng.randrange(10**8, 10**9)}",
        )  # fmt: skip

    def port_for(self, trade: Trade, source: str, on: date) -> Port:
        """The port an importer uses on a day, after strikes, fires and changed rotations."""
        rng = self.rng
        chance = rng.random()
        if source in ("MX", "CA") and chance < 0.75:
            return trade.other_ports[source]
        gate = trade.other_ports["air"] if chance > 0.93 else rng.choices(trade.sea_ports, trade.port_shares)[0]
        for left, taken, carrier, begin, end, share in self.detours:
            if gate.code == left and begin <= on <= end and carrier in ("", trade.carrier) and self.heads(share):
                return next(port for port in PORTS if port.code == taken)
        return gate

    def enter(self, trade: Trade, lots: list[Lot], *, kind: str = "", broker: Firm | None = None) -> Entry:
        """File one entry for lots that share a bill."""
        rng = self.rng
        first = lots[0]
        day = min(self.after(first.arrived, 0, 9), self.end)
        single = self.heads(0.04)
        number = trade.importer.identifier
        if number.endswith("00") and len(number) == 12 and self.heads(trade.bare_number):
            number = number[:10]
        if not kind:
            dumped = any(in_scope(lot, day) for lot in lots)
            kind = "03" if dumped else "11" if sum(lot.value for lot in lots) < 2_500 else "01"
        agent = broker or (trade.broker if self.heads(0.93) else trade.second_broker)
        entry = Entry(
            trade.importer, number, agent, rng.choice(self.sureties) if single else trade.surety,
            "9" if single else "8", kind, day, lots,
        )  # fmt: skip
        for line, lot in enumerate(lots, 1):
            lot.entry, lot.line, lot.bill, lot.carrier = entry, line, first.bill, first.carrier
            lot.containers, lot.seals, lot.mode = first.containers, first.seals, first.mode
            several = lot.packages >= 12 and len(lots) == 1 and self.heads(IN_SEVERAL_LINES)
            lot.lines = rng.choice((2, 2, 3, 4)) if several else 1
        self.entries.append(entry)
        return entry

    def present(self, trade: Trade, lot: Lot) -> None:
        """A lot that customs will stop: a fifth of such lots never get an entry."""
        if self.heads(0.2):
            self.leave_bare(lot)
        else:
            self.enter(trade, [lot])

    def move_in_bond(self, lot: Lot, to: Port, kind: str, on: date) -> None:
        """A move under bond of a lot, from the port where it arrived."""
        self.in_bond.append({
            "kind": kind, "from_port": lot.port.code, "to_port": to.code, "carrier": lot.carrier, "moved_on": on,
            "bill_number": lot.bill,
        })  # fmt: skip

    def leave_bare(self, lot: Lot) -> None:
        """A lot that never gets an entry: only its bill is known."""
        self.bare_lots.append(lot)

    def act(
        self, kind: str, on: date, result: str, *, lot: Lot | None = None, importer: Firm | None = None,
        maker: Firm | None = None, port: Port | None = None, area: str = "", severity: str = "material",
        targeting: str = "criteria", revenue: float = 0.0, remarks: str = "",
    ) -> None:  # fmt: skip
        """Something customs does, whose result is known later."""
        known = on + timedelta(days=int(self.rng.lognormvariate(math.log(SLOW_RESULTS.get(kind, 6.0)), 0.7)))
        gate = port or (lot.port if lot else None)
        value = round(lot.value * self.rng.uniform(0, 0.2)) if lot and area == "value" else 0
        act = Act(
            kind, on, known, gate.code if gate else "", targeting, "pending" if known > self.end else result, lot,
            importer or (lot.importer if lot else None), maker or (lot.maker if lot else None), area,
            severity if area else "", value, round(revenue), remarks,
        )  # fmt: skip
        self.acts.append(act)

    def foreign_bill(
        self, product: Product, shipper: Firm, consignee: Firm, loaded: date, kg: float, *, packages: int, days: int = 6
    ) -> None:
        """A bill between two other countries."""
        rng = self.rng
        boxes = [rng.choice(self.boxes) for _ in range(min(4, math.ceil(kg / 21_000)))]
        carrier = rng.choice(CARRIERS)
        home, away = COUNTRIES[shipper.country], COUNTRIES[consignee.country]
        self.foreign_bills.append({
            "bill_number": f"{carrier}{rng.randrange(10**8, 10**9)}", "master_bill_number": "", "scac": carrier,
            "vessel": vessel(rng), "voyage": f"{rng.randrange(1, 400):03d}{rng.choice('EWNS')}", "loaded_on": loaded,
            "arrived_on": loaded + timedelta(days=days), "port_of_lading": home.harbour,
            "port_of_unlading": away.harbour, "country_of_lading": home.iso, "country_of_unlading": away.iso,
            "shipper_name": rng.choice(shipper.spellings),
            "shipper_address": f"{rng.choice(shipper.streets)}, {shipper.city}", "shipper_country": home.iso,
            "consignee_name": "TO ORDER" if self.heads(0.06) else rng.choice(consignee.spellings),
            "consignee_address": f"{rng.choice(consignee.streets)}, {consignee.city}", "consignee_country": away.iso,
            "notify_name": "", "notify_address": "", "containers": ";".join(boxes), "seals": "", "packages": packages,
            "package_unit": rng.choice(("CTN", "PKG", "PLT")), "gross_weight_kg": round(kg),
            "hts_prefix": product.hts[: rng.choice((4, 6, 6, 6))], "description": product.name.upper(), "status": "",
        })  # fmt: skip

    def claim(self, subject: Firm, relation: str, target: Firm, status: str, since: date, *, source: str) -> None:
        """What somebody says of a link between two firms."""
        self.claims.append({
            "subject": f"{subject.role}:{subject.identifier}", "relation": relation,
            "object": f"{target.role}:{target.identifier}", "status": status, "valid_from": since, "valid_to": None,
            "source": source,
        })  # fmt: skip

    def scheme(
        self, kind: str, family: str, controller: Firm, members: list[Firm], lots: list[Lot], *,
        duty: float | None = None,
    ) -> None:  # fmt: skip
        """Put a scheme, or a look-alike that evades no duty, on record with exactly its parties and entries."""
        entries = list(dict.fromkeys(lot.entry for lot in lots if lot.entry is not None))
        unique = list({id(member): member for member in members}.values())
        self.schemes.append(Scheme(kind, family, controller, unique, entries, duty))


def vessel(rng: Random) -> str:
    """An invented ship's name."""
    return f"{rng.choice(SHIPS)} {rng.choice(OF_SHIPS)}"


def in_scope(lot: Lot, on: date) -> bool:
    """Whether a lot's declared origin puts it under the order in force on a day."""
    order = lot.product.order
    return order is not None and lot.origin == order.country and on >= order.preliminary
