"""What a family of planted schemes is: a mechanism, the ranges of its parameters, and how to plant one.

Invariant: a family changes a world only through `Planting`, which copies lots, adds actions and notes claims.
A new family is one function and one `Family` in a module of its own, listed in `registry`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ingest.simulator.actions import adverse_action, ends_without_entry
from ingest.simulator.reference import Array
from ingest.simulator.streams import stream
from ingest.simulator.world import (
    ADVERSE_RESULTS,
    RESULTS,
    SEA,
    Claim,
    Columns,
    Label,
    Scheme,
    World,
    append,
    rows_of,
    take,
)

REENTRY_DAYS = 180
_LEAST_KILOGRAMS = 1500
_LEAST_DAYS_BEFORE_END = 20
_UNPAID_SHARE = 0.05  # of the value, on goods under no order: what a discrepancy is worth on average

Ranges = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Family:
    """A family of schemes. `share` is how many of it a small world holds; `plant` gives None when the lot that
    it was offered does not fit. `ranges` are the parameters' bounds, so that a range can be left out."""

    name: str
    kind: str
    label: Label
    share: int
    ranges: Ranges
    plant: Callable[["Planting", Ranges], Scheme | None]


@dataclass(frozen=True, slots=True)
class LotCopy:
    """A lot that takes over goods of another. What is None stays as it was; `share` is the part taken over."""

    arrived: int
    port: int
    importer: int | None = None
    maker: int | None = None
    share: float = 1.0
    weight_factor: float = 1.0
    value_factor: float = 1.0
    same_containers: bool = False
    same_seals: bool = False
    declares: bool | None = None
    new_broker: bool = False
    has_entry: bool = True


@dataclass(slots=True)
class Planting:
    """The world under the hands of a family: the lots it may start from, and the changes it may make."""

    world: World
    rng: np.random.Generator = field(init=False)
    used: set[int] = field(init=False, default_factory=set)  # lots that a scheme has
    used_importers: set[int] = field(init=False, default_factory=set)
    value: Array = field(init=False)  # USD, by lot
    weight: Array = field(init=False)  # kg, by lot
    packages: Array = field(init=False)
    _by_importer: Array = field(init=False)
    _starts: Array = field(init=False)
    _adverse: list[int] = field(init=False)  # actions not yet offered
    _first_adverse: dict[int, int] = field(init=False)
    _sources: list[int] = field(init=False, default_factory=list)
    _copies: list[LotCopy] = field(init=False, default_factory=list)
    _actions: list[Columns] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        world, lots, actions = self.world, self.world.lots, self.world.actions
        self.rng = stream(world.seed, "schemes")
        count = rows_of(lots)
        lot = world.lines["lot"]
        self.value = np.bincount(lot, weights=world.lines["cents"], minlength=count) / 100
        self.weight = np.bincount(lot, weights=world.lines["weight"], minlength=count)
        self.packages = np.bincount(lot, weights=world.lines["packages"], minlength=count)
        self._by_importer = np.lexsort((lots["serial"], lots["arrived"], lots["importer"]))
        self._starts = np.searchsorted(
            lots["importer"][self._by_importer], np.arange(world.parties.importers.count + 1)
        )
        rows = np.flatnonzero(np.isin(actions["result"], ADVERSE_RESULTS) & (actions["lot"] >= 0))
        self._first_adverse = {}
        for row in rows:
            self._first_adverse.setdefault(int(actions["lot"][row]), int(row))
        fit = rows[[self.fits(int(actions["lot"][row])) for row in rows]]
        self._adverse = [int(row) for row in self.rng.permutation(fit)]

    def fits(self, lot: int) -> bool:
        """Whether a lot can be acted on and come back: by sea, large enough, early enough, in no scheme yet."""
        lots = self.world.lots
        return bool(
            lots["mode"][lot] == SEA
            and self.weight[lot] >= _LEAST_KILOGRAMS
            and self.world.begin + 30 <= lots["arrived"][lot] <= self.world.end - 60
            and lot not in self.used
            and int(lots["importer"][lot]) not in self.used_importers
        )

    def stopped(self, *results: str) -> tuple[int, int] | None:
        """A lot on which ordinary business found something, with one of these results, and the day.

        Each lot is offered once. Seized goods are asked for by name only, since they cannot come back.
        """
        actions, wanted = self.world.actions, {RESULTS.index(result) for result in results or ("discrepant", "refused")}
        for place in range(len(self._adverse) - 1, -1, -1):
            row = self._adverse[place]
            if int(actions["result"][row]) in wanted:
                del self._adverse[place]
                if self.fits(int(actions["lot"][row])):
                    return int(actions["lot"][row]), int(actions["date"][row])
        return None

    def adverse_on(self, lot: int) -> int:
        """The day of an action that found something on this lot, with a new one if there was none yet."""
        row = self._first_adverse.get(lot)
        if row is not None:
            return int(self.world.actions["date"][row])
        world = self.world
        action = adverse_action(self.rng, lot, float(self.value[lot]))
        if ends_without_entry(self.rng, action):
            world.lots["has_entry"][lot] = False
        return self.act(lot, action, port=int(world.lots["port"][lot]), date=self.acted_day(lot))

    def acted_day(self, lot: int) -> int:
        """A day on which customs would look at this lot."""
        return int(self.world.lots["arrived"][lot] + self.rng.integers(0, 4))

    def act(self, lot: int, action: Columns, *, port: int, date: int) -> int:
        """Add an action on a lot; the day, for convenience."""
        action["port"] = np.array([port], dtype=np.int8)
        action["importer"] = np.array([self.importer_of(lot)], dtype=np.int32)
        action["date"] = np.array([date], dtype=np.int32)
        self._actions.append(action)
        return date

    def importer_of(self, lot: int) -> int:
        """The importer of a lot, copied ones included."""
        base = rows_of(self.world.lots)
        if lot < base:
            return int(self.world.lots["importer"][lot])
        copied = self._copies[lot - base]
        return (
            int(self.world.lots["importer"][self._sources[lot - base]]) if copied.importer is None else copied.importer
        )

    def later_lots(self, lot: int, after: int, within: int = REENTRY_DAYS) -> Array:
        """The importer's other lots that arrive after a day and within so many, in order of arrival."""
        lots, importer = self.world.lots, self.importer_of(lot)
        theirs = self.lots_of(importer)
        arrived = lots["arrived"][theirs]
        later: Array = theirs[(arrived > after) & (arrived <= after + within) & (theirs != lot)]
        return later

    def lots_of(self, importer: int) -> Array:
        """The importer's lots of ordinary business, in order of arrival."""
        theirs: Array = self._by_importer[self._starts[importer] : self._starts[importer + 1]]
        return theirs

    def sizes(self) -> Array:
        """How many lots each importer has in ordinary business."""
        number: Array = np.diff(self._starts)
        return number

    def copy(self, source: int, changes: LotCopy) -> int:
        """Add a lot with the goods of another; its position."""
        self._sources.append(source)
        self._copies.append(changes)
        return rows_of(self.world.lots) + len(self._copies) - 1

    def uniform(self, bounds: tuple[float, float]) -> float:
        """A number within the bounds."""
        return float(self.rng.uniform(*bounds))

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return bool(self.rng.random() < share)

    def other_port(self, lot: int, *, softer: bool) -> int:
        """A port by the sea or inland other than the lot's, the importer's own preferred; softer ones examine less."""
        world = self.world
        port = int(world.lots["port"][lot])
        open_to_sea = np.isin(world.reference.port_kinds, ("sea", "inland"))
        weight = np.where(open_to_sea, world.reference.port_traffic, 0.0)
        known = np.unique(world.lots["port"][self.lots_of(self.importer_of(lot))])
        weight[known] *= 5
        weight[port] = 0
        if softer:
            soft = world.exam_rate < world.exam_rate[port] * 0.85
            weight = np.where(soft, weight, 0.0) if (weight * soft).sum() else weight
        return int(self.rng.choice(len(weight), p=weight / weight.sum()))

    def day_within(self, after: int, lag_days: tuple[float, float]) -> int | None:
        """A day so long after another, short lags more often; None when it lies beyond the window."""
        low, high = lag_days
        day = after + round(low + (high - low) * float(self.rng.beta(1.2, 2.6)))
        return day if day <= self.world.end - _LEAST_DAYS_BEFORE_END else None

    def duty_at_stake(self, lot: int, value_factor: float = 1.0) -> float:
        """What stays unpaid if the goods are entered at that part of their value and outside any order, in USD."""
        world = self.world
        reference, lines = world.reference, world.lines
        mine = slice(*np.searchsorted(lines["lot"], (lot, lot + 1)))
        product = lines["product"][mine]
        origin = int(world.parties.makers.country[world.lots["maker"][lot]])
        value = lines["cents"][mine] / 100
        rate = np.zeros(len(product))
        for table in (reference.ad_order, reference.cv_order):
            order = table[product, origin]
            rates = np.array([o.all_others_rate_pct for o in reference.orders] + [0.0]) / 100
            rate += np.where(bool(world.lots["in_scope"][lot]), rates[order], 0.0)
        unpaid = value * np.where(rate > 0, rate, _UNPAID_SHARE)
        unpaid += value * (1 - min(value_factor, 1.0)) * reference.duty_rate[product]
        return round(float(unpaid.sum()), 2)

    def claim(self, claim: Claim) -> None:
        """Note somebody's word for a link."""
        self.world.claims.append(claim)

    def finish(self) -> None:
        """Append the copied lots, their lines and the added actions to the world."""
        world = self.world
        # Lots may have changed hands: an action names the importer that its lot has in the end.
        bound = world.actions["lot"] >= 0
        world.actions["importer"][bound] = world.lots["importer"][world.actions["lot"][bound]]
        if self._copies:
            self._append_copies()
        for action in self._actions:
            world.actions = append(world.actions, action)

    def _append_copies(self) -> None:
        world, lots, lines, rng = self.world, self.world.lots, self.world.lines, self.rng
        copies, base = self._copies, rows_of(self.world.lots)
        source = np.array(self._sources)
        new = {name: values.copy() for name, values in take(lots, source).items()}
        count = len(copies)
        importers = world.parties.importers
        for row, copied in enumerate(copies):
            new["arrived"][row], new["port"][row], new["has_entry"][row] = copied.arrived, copied.port, copied.has_entry
            if copied.maker is not None:
                new["maker"][row] = copied.maker
            if copied.importer is not None:
                new["importer"][row] = copied.importer
                new["consignee"][row] = importers.consignee[copied.importer]
                new["filer"][row] = importers.filer[copied.importer]
            if copied.new_broker:
                new["filer"][row] = rng.choice(
                    len(world.parties.services.filers), p=world.parties.services.broker_weight
                )
            if copied.declares is not None:
                new["declares"][row] = copied.declares
            # Equipment of its own comes from the same pool as everybody's.
            boxes = new["container"][row] >= 0
            if not copied.same_containers:
                pool = lots["container"][rng.integers(0, base, 400), 0]
                new["container"][row, boxes] = pool[pool >= 0][: boxes.sum()]
            if not copied.same_seals:
                new["seal"][row, boxes] = rng.integers(10_000_000, 2_000_000_000, boxes.sum())
        inland = (world.reference.port_kinds == "inland")[new["port"]]
        gates = np.flatnonzero(np.isin(world.reference.port_codes, ("2704", "2709", "1703", "4601")))
        new["first_port"][:] = np.where(inland, rng.choice(gates, count), new["port"])
        new["in_bond"][:] = inland
        new["entry_lag"][:] = np.minimum(rng.gamma(1.2, 2.0, count), 14).astype(np.int64) + 4 * inland
        new["known_lag"][:] = rng.integers(2, 7, count)
        new["carrier"][:] = rng.integers(0, 1 << 14, count)
        new["bare"][:] = importers.bare[new["importer"]] & (rng.random(count) < 0.5)
        new["serial"][:] = rng.random(count)
        low, high = np.searchsorted(lines["lot"], source), np.searchsorted(lines["lot"], source, side="right")
        rows = np.concatenate([np.arange(a, b) for a, b in zip(low, high, strict=True)])
        copy_of = np.repeat(np.arange(count), high - low)
        more = {name: values.copy() for name, values in take(lines, rows).items()}
        share = np.array([copied.share for copied in copies])[copy_of]
        packages = np.maximum(1, np.rint(more["packages"] * share))
        ratio = packages / more["packages"]
        weight = np.array([copied.weight_factor for copied in copies])[copy_of]
        value = np.array([copied.value_factor for copied in copies])[copy_of]
        more["lot"] = (base + copy_of).astype(np.int32)
        more["packages"] = packages.astype(np.int32)
        more["quantity"] = more["quantity"] * ratio
        more["weight"] = np.maximum(1, np.rint(more["weight"] * ratio * weight)).astype(np.int32)
        more["cents"] = np.maximum(100, np.rint(more["cents"] * ratio * value)).astype(np.int64)
        world.lots, world.lines = append(lots, new), append(lines, more)
