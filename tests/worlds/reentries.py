"""Lots that customs stopped at one port and that come in at another, and what looks like that.

Works on lots already drawn: a stopped lot is an ordinary one, and its return is a lot that is added.

Invariant: which lots of ordinary trade are acted on, and with what result, is drawn from the same table as for
planted ones; a stopped lot cannot be told from others by itself. What comes back is laden after it was stopped and
had left.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from tests.worlds.firms import Firm
from tests.worlds.rings import tie
from tests.worlds.trade import Lots, Relation, Scheme, World

KIND = "port_shopping"


@dataclass(frozen=True, slots=True)
class Act:
    """An action on one lot, by its row. `lost` says that the lot never got an entry line."""

    lot: int
    day: int
    port: int
    kind: str
    result: str
    area: str
    lost: bool = False
    in_bond_to: int = -1
    planted: bool = False


# kind, share, and the results with their shares
ACTS: tuple[tuple[str, float, tuple[tuple[str, float], ...]], ...] = (
    ("exam", 0.44, (("compliant", 0.7), ("discrepant", 0.22), ("released", 0.08))),
    ("document_review", 0.15, (("compliant", 0.62), ("discrepant", 0.38))),
    ("hold", 0.13, (("released", 0.62), ("refused", 0.22), ("pending", 0.08), ("discrepant", 0.08))),
    ("detention", 0.07, (("released", 0.45), ("refused", 0.45), ("seized", 0.1))),
    ("refusal", 0.06, (("refused", 1.0),)),
    ("seizure", 0.02, (("seized", 1.0),)),
    ("sample", 0.09, (("compliant", 0.6), ("discrepant", 0.3), ("pending", 0.1))),
    ("penalty", 0.02, (("discrepant", 1.0),)),
    ("reexport", 0.02, (("released", 0.5), ("refused", 0.5))),
)
AREAS = ("classification", "value", "quantity", "origin", "marking", "ipr", "adcvd", "spi", "documents", "safety")
STOPPED = [
    (kind, result, share * part)
    for kind, share, results in ACTS
    for result, part in results
    if result in ("refused", "discrepant") and kind in ("exam", "hold", "detention", "refusal", "sample")
]
LOST = 0.42  # of refused lots; a fifth of all that are stopped
MENDED_DAYS = (20, 105)  # from leaving until goods that were put right are laden again


def ordinary_acts(world: World, lots: Lots) -> list[Act]:
    """What customs does in the ordinary course, on lots of everybody, schemes and look-alikes among them."""
    rng, style = world.rng, world.style
    rows = np.flatnonzero(rng.random(len(lots.day)) < style.acted_on)
    outcomes = [(kind, result, share * part) for kind, share, results in ACTS for result, part in results]
    odds = np.array([o[2] for o in outcomes])
    drawn = rng.choice(len(outcomes), len(rows), p=odds / odds.sum())
    acts = []
    for row, at in zip(rows, drawn, strict=True):
        kind, result, _ = outcomes[at]
        acts.append(_act(world, lots, int(row), kind, result, planted=False))
    return acts


def _act(world: World, lots: Lots, row: int, kind: str, result: str, *, planted: bool = True) -> Act:
    rng = world.rng
    lag = int(rng.integers(0, 9)) if kind not in ("penalty", "document_review") else int(rng.integers(10, 120))
    lost = result == "refused" and bool(rng.random() < LOST)
    area = AREAS[int(rng.integers(len(AREAS)))]
    day = min(world.days - 1, int(lots.day[row]) + lag)
    return Act(row, day, int(lots.port[row]), kind, result, area, lost, planted=planted)


@dataclass(slots=True)
class Returns:
    """The planting under way: lots are changed in place, and those that return are gathered."""

    world: World
    lots: Lots
    acts: list[Act]
    added: list[dict[str, float]] = field(default_factory=list)
    same_box: list[tuple[int, int]] = field(default_factory=list)  # lots that share a container
    laden: dict[int, int] = field(default_factory=dict)  # lots that had left and were laden anew, and the day of it
    rows_of: dict[str, np.ndarray] = field(default_factory=dict)

    def rows(self, importer: Firm) -> np.ndarray:
        """An importer's lots by day."""
        found = self.rows_of[importer.key]
        return found[np.argsort(self.lots.day[found], kind="stable")]

    def stop(self, row: int, *, kind: str = "", result: str = "") -> Act:
        """One more lot that customs does not let pass."""
        if not kind:
            odds = np.array([s[2] for s in STOPPED])
            kind, result, _ = STOPPED[int(self.world.rng.choice(len(STOPPED), p=odds / odds.sum()))]
        act = _act(self.world, self.lots, row, kind, result)
        self.acts.append(act)
        return act

    def bring_back(
        self,
        act: Act,
        *,
        port: int,
        day: int,
        scheme: int,
        relation: int = -1,
        part: float = 1.0,
        value: float = 1.0,
        exact: float = 0.6,
        box: float = 0.3,
        laden: int | None = None,
    ) -> int:
        """A lot like it, or like a part of it, counted and weighed anew; gives its row."""
        rng, lots, style = self.world.rng, self.lots, self.world.style
        row = act.lot
        packages = max(1, round(int(lots.packages[row]) * part))
        same = bool(rng.random() < exact)
        if not same:
            packages = max(1, packages + int(rng.integers(-2, 3)))
        share = packages / int(lots.packages[row])
        weight = float(lots.weight[row]) * share * (1 if same and rng.random() < 0.6 else float(rng.normal(1, 0.012)))
        self.added.append(
            {
                "relation": relation if relation >= 0 else int(lots.relation[row]),
                "day": min(day, self.world.days - 1),
                "port": port,
                "packages": packages,
                "quantity": max(1.0, round(float(lots.quantity[row]) * share)),
                "weight": max(style.weight_step_kg, round(weight / style.weight_step_kg) * style.weight_step_kg),
                "value": max(1, round(float(lots.value[row]) * share * value * float(rng.normal(1, 0.03)))),
                "scheme": scheme,
            }
        )
        new = len(lots.day) + len(self.added) - 1
        if rng.random() < box:
            self.same_box.append((new, row))
        if laden is not None:
            self.laden[new] = laden
        return new

    def finished(self) -> Lots:
        if not self.added:
            return self.lots
        columns = {
            name: np.array([a[name] for a in self.added]).astype(getattr(self.lots, name).dtype)
            for name in Lots.__slots__
        }
        return self.lots.append(Lots(**columns))

    def other_port(self, relation: Relation, but: int) -> int:
        """Another port: often one never used before."""
        rng, world = self.world.rng, self.world
        own = [p for p in relation.ports if p != but]
        if own and rng.random() < 0.4:
            return own[int(rng.integers(len(own)))]
        while True:
            port = int(rng.choice(len(world.ports), p=0.5 * world.port_weights + 0.5 / len(world.ports)))
            if port != but:
                return port

    def subject(self, least: int, *, at: int = -1) -> tuple[Relation, np.ndarray]:
        """An importer nobody has spoken of, with its lots (of days that leave time for a return)."""
        world, lots = self.world, self.lots
        keys = list(self.rows_of)
        for place in world.rng.permutation(len(keys)):
            key = keys[place]
            if f"importer:{key}" in world.used or not least <= len(self.rows_of[key]) <= 600:
                continue
            relation = world.relations[int(lots.relation[self.rows_of[key][0]])]
            rows = self.rows(relation.importer)
            rows = rows[(lots.day[rows] > 20) & (lots.day[rows] < world.days - 60) & (lots.scheme[rows] < 0)]
            if at >= 0:
                rows = rows[lots.port[rows] == at]
            if len(rows) >= max(3, least // 2):
                return relation, rows
        raise ValueError(f"the world is too small: no importer with {least} lots is left")

    def plant(self, family: str, members: list[Firm], *, bad: bool) -> int:
        label = "positive" if bad else "hard_negative"
        firms = [("importer", firm) for firm in members]
        return self.world.plant(Scheme(KIND, label, family, self.world.firms.person(), firms))

    def again(self, left: int, days: tuple[int, int]) -> tuple[int, int]:
        """Of what was sent away: the day on which it is laden abroad, so many days later, and that of its return."""
        rng, last = self.world.rng, self.world.days - 1
        voyage = int(rng.integers(*self.world.style.transit_days))
        laden = max(left, min(left + int(rng.integers(*days)), last - voyage))
        return laden, min(laden + voyage, last)


def plant_reentries(world: World, lots: Lots, acts: list[Act], positives: int) -> Returns:
    """So many shoppers, and more than three look-alikes for each; `positives` 0 plants none."""
    returns = Returns(world, lots, acts)
    numbers: dict[str, list[int]] = {}
    importers = [r.importer.key for r in world.relations]
    for row, relation in enumerate(lots.relation):
        numbers.setdefault(importers[relation], []).append(row)
    returns.rows_of = {key: np.array(rows) for key, rows in numbers.items()}
    evasions: list[Callable[[Returns], None]] = [same_firm, successor, split, other_container, lower_value]
    honest: list[Callable[[Returns], None]] = [
        strike,
        new_centre,
        reconditioned,
        recurring,
        in_bond,
        seasonal,
    ]
    for i in range(positives):
        evasions[i % len(evasions)](returns)
    for i in range(int(positives * 3.2) + 1 if positives else 0):
        honest[i % len(honest)](returns)
    return returns


def _stops(returns: Returns, rows: np.ndarray, most: int = 4) -> list[int]:
    """Some of the lots, apart in time."""
    count = min(len(rows), 1 + int(returns.world.rng.binomial(most - 1, 0.45)))
    return sorted(int(r) for r in returns.world.rng.choice(rows, count, replace=False))


def _avoid(returns: Returns, act: Act, relation: Relation, to: int) -> None:
    """Half of them keep away from the port for a while with the rest of their lots."""
    world, lots = returns.world, returns.lots
    if world.rng.random() < 0.5:
        return
    rows = returns.rows_of[relation.importer.key]
    near = rows[(lots.port[rows] == act.port) & (lots.day[rows] > act.day) & (lots.day[rows] < act.day + 120)]
    stopped = {a.lot for a in returns.acts if a.planted}
    for row in near:
        if int(row) not in stopped and world.rng.random() < 0.6:
            lots.port[row] = to


def _shop(
    returns: Returns,
    family: str,
    *,
    exact: float = 0.6,
    box: float = 0.3,
    value: tuple[float, float] = (0.97, 1.03),
    parts: tuple[int, int] = (1, 1),
) -> None:
    world = returns.world
    relation, rows = returns.subject(6)
    number = returns.plant(family, [relation.importer], bad=True)
    for row in _stops(returns, rows):
        act = returns.stop(row)
        returns.lots.scheme[row] = number
        to = returns.other_port(relation, act.port)
        pieces = int(world.rng.integers(parts[0], parts[1] + 1))
        shares = world.rng.dirichlet(np.full(pieces, 9.0))
        for share in shares:
            laden, day = returns.again(act.day, world.style.reentry_days)
            returns.bring_back(
                act,
                port=to,
                day=day,
                laden=laden,
                scheme=number,
                part=float(share),
                exact=exact,
                box=box,
                value=float(world.rng.uniform(*value)),
            )
        _avoid(returns, act, relation, to)


def same_firm(returns: Returns) -> None:
    _shop(returns, "same_firm_other_port", exact=0.75, box=0.4)


def split(returns: Returns) -> None:
    _shop(returns, "lot_split", parts=(2, 3), box=0.25)


def other_container(returns: Returns) -> None:
    _shop(returns, "other_container", exact=0.5, box=0.0)


def lower_value(returns: Returns) -> None:
    _shop(returns, "lower_value", value=(0.45, 0.85), exact=0.6)


def successor(returns: Returns) -> None:
    """Another firm brings the goods in; it has some trade of its own besides."""
    world, rng = returns.world, returns.world.rng
    relation, rows = returns.subject(6)
    lots = returns.lots
    heir = world.firms.importer(opened=int(lots.day[rows[0]]))
    number = returns.plant("successor_enters", [relation.importer, heir], bad=True)
    taken: dict[int, int] = {}
    for row in _stops(returns, rows):
        act = returns.stop(row)
        lots.scheme[row] = number
        of = int(lots.relation[row])
        if of not in taken:
            new = replace(
                world.relations[of],
                importer=heir,
                rate=0.0,
                buyer=world.relations[of].buyer if world.relations[of].buyer is not relation.importer else heir,
            )
            if rng.random() < 0.5:
                new.filer = int(rng.choice(len(world.filers), p=world.filer_weights))
            taken[of] = len(world.relations)
            world.add(new)
        to = returns.other_port(relation, act.port)
        laden, day = returns.again(act.day, world.style.reentry_days)
        returns.bring_back(
            act,
            port=to,
            day=day,
            laden=laden,
            scheme=number,
            relation=taken[of],
            value=float(rng.normal(1, 0.03)),
        )
        for other in rng.choice(rows, int(rng.integers(1, 4))):  # its own trade
            if int(lots.relation[other]) == of:
                like = Act(int(other), 0, 0, "", "", "")
                returns.bring_back(
                    like,
                    port=to,
                    day=act.day + int(rng.integers(20, 300)),
                    scheme=-1,
                    relation=taken[of],
                    part=float(rng.uniform(0.5, 1.6)),
                    exact=0.0,
                    box=0.0,
                )
    tie(world, [relation.importer, heir])


def _like(returns: Returns, row: int, *, port: int, day: int, scheme: int) -> None:
    """An honest lot of about the same size: a standing order filled again."""
    like = Act(row, 0, 0, "", "", "")
    returns.bring_back(like, port=port, day=day, scheme=scheme, exact=0.5, box=0.02)


def strike(returns: Returns) -> None:
    """Customs acts on a lot just before everybody leaves the port."""
    world, lots = returns.world, returns.lots
    closed, begins, ends = world.strike
    try:
        relation, rows = returns.subject(6, at=closed)
    except ValueError:
        relation, rows = returns.subject(6)
    near = rows[np.argsort(np.abs(lots.day[rows] - begins))][:2]
    number = returns.plant("strike", [relation.importer], bad=False)
    for row in near:
        lots.scheme[row] = number
        returns.stop(int(row))
        if world.rng.random() < 0.6:
            _like(
                returns,
                int(row),
                port=returns.other_port(relation, closed),
                scheme=number,
                day=int(world.rng.integers(begins, ends)),
            )


def new_centre(returns: Returns) -> None:
    """The importer moves to a new warehouse, and all its lots to the port beside it."""
    world, lots = returns.world, returns.lots
    relation, rows = returns.subject(14)
    at = rows[int(len(rows) * world.rng.uniform(0.3, 0.7))]
    day = int(lots.day[at]) + int(world.rng.integers(1, 40))
    number = returns.plant("new_distribution_centre", [relation.importer], bad=False)
    to = returns.other_port(relation, int(lots.port[at]))
    returns.stop(int(at))
    lots.scheme[at] = number
    mine = returns.rows_of[relation.importer.key]
    moved = mine[(lots.day[mine] > day) & (world.rng.random(len(mine)) < 0.92)]
    lots.port[moved] = to
    lots.scheme[moved[:12]] = number
    if world.rng.random() < 0.4:
        _like(returns, int(at), port=to, day=day + int(world.rng.integers(5, 120)), scheme=number)


def reconditioned(returns: Returns) -> None:
    """Refused, sent back under customs' eyes, put right abroad, and entered again openly with an exam."""
    world, lots, rng = returns.world, returns.lots, returns.world.rng
    relation, rows = returns.subject(4)
    number = returns.plant("lawful_reexport_and_return", [relation.importer], bad=False)
    for row in _stops(returns, rows, 2):
        act = returns.stop(row, kind=("refusal", "detention", "hold")[int(rng.integers(3))], result="refused")
        lots.scheme[row] = number
        out = min(world.days - 1, act.day + int(rng.integers(4, 35)))
        returns.acts.append(replace(act, day=out, kind="reexport", result="released", area="other"))
        port = act.port if rng.random() < 0.7 else returns.other_port(relation, act.port)
        laden, day = returns.again(out, MENDED_DAYS)
        back = returns.bring_back(
            act, port=port, day=day, laden=laden, scheme=number, exact=0.6, box=0.05,
            value=float(rng.uniform(0.97, 1.1)),
        )  # fmt: skip
        exam = ("compliant", "released")[int(rng.integers(2))]
        returns.acts.append(Act(back, min(world.days - 1, day + 2), port, "exam", exam, "", planted=True))


def recurring(returns: Returns) -> None:
    """Lots that are all alike, at two ports by turns; one of them is stopped."""
    world, lots, rng = returns.world, returns.lots, returns.world.rng
    relation, rows = returns.subject(8)
    number = returns.plant("identical_recurring_lots", [relation.importer], bad=False)
    first = int(rows[0])
    of = lots.relation[rows] == lots.relation[first]
    alike = rows[of]
    for name in ("packages", "quantity", "weight", "value"):
        getattr(lots, name)[alike] = getattr(lots, name)[first]
    ports = relation.ports
    lots.port[alike] = np.where(np.arange(len(alike)) % 2 == 0, ports[0], ports[1])
    day = int(lots.day[first])
    for i in range(int(rng.integers(4, 9))):  # so that there are some even of a rare relation
        day += int(rng.integers(14, 32))
        if day < world.days:
            like = Act(first, 0, 0, "", "", "")
            returns.bring_back(like, port=ports[i % 2], day=day, scheme=number, exact=1.0, box=0.02)
    lots.scheme[alike[:8]] = number
    returns.stop(int(alike[len(alike) // 2]))


def in_bond(returns: Returns) -> None:
    """Unladen and looked at in one port, moved under bond, entered in another: one journey."""
    lots, rng = returns.lots, returns.world.rng
    relation, rows = returns.subject(4)
    number = returns.plant("in_bond_movement", [relation.importer], bad=False)
    for row in _stops(returns, rows, 3):
        lots.scheme[row] = number
        there = returns.other_port(relation, int(lots.port[row]))
        kind, result = (("hold", "released"), ("exam", "compliant"), ("exam", "discrepant"), ("hold", "discrepant"))[
            int(rng.integers(4))
        ]
        day = max(1, int(lots.day[row]) - int(rng.integers(2, 8)))
        returns.acts.append(
            Act(row, day, there, kind, result, "documents", in_bond_to=int(lots.port[row]), planted=True)
        )


def seasonal(returns: Returns) -> None:
    """Every winter the importer uses another port; customs acts in autumn."""
    world, lots, rng = returns.world, returns.lots, returns.world.rng
    relation, rows = returns.subject(14)
    number = returns.plant("seasonal_port", [relation.importer], bad=False)
    first = int(rng.integers(0, 365))
    to = returns.other_port(relation, relation.ports[0])
    mine = returns.rows_of[relation.importer.key]
    season = (lots.day[mine] - first) % 365
    winter = mine[season < 110]
    lots.port[winter] = to
    before = mine[(season > 300) & (lots.day[mine] < world.days - 60)]
    row = int(before[int(rng.integers(len(before)))]) if len(before) else int(rows[len(rows) // 2])
    returns.stop(row)
    lots.scheme[row] = number
    later = winter[lots.day[winter] > lots.day[row]]
    lots.scheme[later[:8]] = number
    if rng.random() < 0.4:
        _like(returns, row, port=to, day=int(lots.day[row]) + int(rng.integers(15, 100)), scheme=number)
