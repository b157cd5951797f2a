"""Honest lots that turn up at another port: thirteen ways."""

from dataclasses import replace
from datetime import date, timedelta

from tests.worlds.another_hand import craft
from tests.worlds.another_hand.goods import Product
from tests.worlds.another_hand.model import Firm, Lot, Trade
from tests.worlds.another_hand.ports import INLAND, PORT_BY_CODE, Port, ports_of
from tests.worlds.another_hand.world import World

KIND = "port_shopping"
HARMLESS = ("documents", "marking", "quantity", "classification", "safety")


def _look(world: World, lot: Lot, *, material: bool = False, result: str = "discrepant") -> None:
    """An ordinary finding on an honest lot."""
    kind = world.rng.choice(("exam", "exam", "hold", "document_review"))
    world.act(
        kind, world.after(lot.arrived, 1, 9), result, lot=lot, area=world.rng.choice(HARMLESS),
        severity="material" if material else "letter_of_law", revenue=lot.value * world.rng.uniform(0, 0.04),
    )  # fmt: skip


def _bring(world: World, trade: Trade, product: Product, maker: Firm, days: list[date], *, port: Port) -> list[Lot]:
    return craft.enter_all(world, trade, [world.lot(trade, product, maker, on, port=port, size=1.4) for on in days])


def _note(world: World, family: str, trade: Trade, lots: list[Lot]) -> None:
    world.scheme(KIND, family, trade.importer, [trade.importer], lots)


def _other(world: World, port: Port) -> Port:
    return world.rng.choice([other for other in ports_of("sea") if other is not port and other.exam_rate < 0.03])


def _found_then_moved(
    world: World, family: str, stay: int, *, port: str = "", other: str = "", since: date | None = None
) -> None:
    """An importer with findings at one port whose next lots, for a reason of the trade, use another."""
    trade, product, maker, usual = craft.regular(world)
    first = PORT_BY_CODE.get(port, usual)
    turn = since or world.day(0.2, 0.7)
    days = world.spread(turn - timedelta(days=150), turn, world.rng.randint(5, 10))
    before = _bring(world, trade, product, maker, days, port=first)
    for lot in before[-world.rng.randint(2, 5) :]:
        _look(world, lot, material=world.heads(0.5))
    days = world.spread(turn, world.after(turn, stay, stay * 2), world.rng.randint(6, 14))
    after = _bring(world, trade, product, maker, days, port=PORT_BY_CODE[other] if other else _other(world, first))
    _note(world, family, trade, before + after)


def strike(world: World) -> None:
    """A strike moves everybody; some of them had just been examined."""
    left, taken, _, begin, end, _ = next(event for event in world.detours if not event[2])
    _found_then_moved(world, "strike", (end - begin).days // 2, port=left, other=taken, since=begin)


def changed_rotation(world: World) -> None:
    """A line drops a port from its rotation and its shippers' boxes land at the next one."""
    left, taken, _, begin, _, _ = next(event for event in world.detours if event[2])
    _found_then_moved(world, "changed_rotation", 150, port=left, other=taken, since=begin)


def distribution_centre(world: World) -> None:
    """A new distribution centre draws all later lots to the port beside it."""
    _found_then_moved(world, "distribution_centre", 220)


def reconditioned(world: World) -> None:
    """A refused lot is exported lawfully, put in order, and entered again with the papers to show it."""
    trade, product, maker, port = craft.regular(world)
    lots: list[Lot] = []
    begin = world.day(0.1, 0.6)
    for on in world.spread(begin, world.after(begin, 90, 400), world.rng.randint(2, 5)):
        lot = world.lot(trade, product, maker, on, port=port, size=1.4)
        world.present(trade, lot)
        refused = world.after(on, 2, 10)
        world.act(
            "refusal", refused, "refused", lot=lot, area=world.rng.choice(("marking", "safety", "documents")),
            remarks="may be reconditioned and presented again",
        )  # fmt: skip
        out, remarks = world.after(refused, 10, 25), "exported under supervision for reconditioning"
        lot.left = out
        world.act("reexport", out, "released", lot=lot, remarks=remarks)
        world.move_in_bond(lot, port, "63", out)
        gate = port if world.heads(0.4) else _other(world, port)
        again = craft.back(world, lot, gate, (10, 90))
        lots.append(lot)
        if again <= world.end:
            back = craft.returned(world, lot, trade, gate, again)
            craft.enter_all(world, trade, [back], company=0)
            world.act(
                "exam", world.after(again, 0, 5), "compliant", lot=back, targeting="local",
                remarks="earlier refusal declared by the importer, defect cured",
            )  # fmt: skip
            lots.append(back)
    _note(world, "reconditioned", trade, lots)


def warehouse_fire(world: World) -> None:
    """A fire at the examination warehouse sends lots waiting there to another port, unexamined."""
    trade, product, maker, port = craft.regular(world)
    fire = world.day(0.15, 0.85)
    other = _other(world, port)
    held = [
        world.lot(trade, product, maker, on, port=port, size=1.4)
        for on in world.spread(fire - timedelta(days=25), fire, world.rng.randint(3, 7))
    ]
    lots: list[Lot] = []
    for lot in held:
        world.leave_bare(lot)
        world.act(
            "hold", world.after(lot.arrived, 1, 5), "released", lot=lot, targeting="random",
            remarks="warehouse closed after fire, moved in bond to another port",
        )  # fmt: skip
        world.move_in_bond(lot, other, "61", world.after(fire, 1, 10))
        back = craft.returned(world, lot, trade, other, min(world.after(fire, 6, 35), world.end), same_box=0.8, near=0)
        back.bill = lot.bill
        lots.append(back)
    craft.enter_all(world, trade, lots, company=0)
    _note(world, "warehouse_fire", trade, lots)


def trade_show(world: World) -> None:
    """Show goods enter under a temporary bond, leave, and come again for a show elsewhere."""
    trade, product, maker, port = craft.regular(world)
    lots: list[Lot] = []
    for on in world.spread(world.day(0.05, 0.4), world.day(0.6, 0.9), world.rng.randint(3, 6)):
        lot = world.lot(trade, product, maker, on, port=port, size=0.5)
        world.enter(trade, [lot], kind="23")
        if world.heads(0.7):
            _look(world, lot, result=world.rng.choice(("discrepant", "compliant")))
        again = min(world.after(on, 60, 160), world.end)
        back = craft.returned(world, lot, trade, _other(world, port), again, same_box=0.3)
        world.enter(trade, [back], kind="23")
        lots += [lot, back]
    _note(world, "trade_show", trade, lots)


def seasonal_ports(world: World) -> None:
    """A southern port in winter and a northern one in summer, year after year."""
    trade, product, maker, port = craft.regular(world)
    other = _other(world, port)
    days = world.spread(world.start, world.end, world.rng.randint(18, 34))
    lots: list[Lot] = []
    for on in days:
        gate = port if on.month in (11, 12, 1, 2, 3, 4) else other
        lots += _bring(world, trade, product, maker, [on], port=gate)
    for lot in lots:
        if lot.port is port and world.heads(0.25):
            _look(world, lot, material=world.heads(0.4))
    _note(world, "seasonal_ports", trade, lots)


def standard_packs(world: World) -> None:
    """Every lot is a full box of the same pack; two ports have always shared them."""
    trade, product, maker, port = craft.regular(world)
    other = _other(world, port)
    model = world.lot(trade, product, maker, world.start, port=port, size=1.4)
    lots: list[Lot] = []
    for on in world.spread(world.start, world.end, world.rng.randint(16, 34)):
        lot = craft.returned(world, model, trade, world.rng.choice((port, other)), on, same_box=0, near=0.001)
        lot.bill = f"{lot.carrier}{world.rng.randrange(10**8, 10**9)}"
        lots.append(lot)
    craft.enter_all(world, trade, lots, company=0)
    for lot in lots:
        if lot.port is port and world.heads(0.3):
            _look(world, lot, material=world.heads(0.6))
    _note(world, "standard_packs", trade, lots)


def refused_then_new_order(world: World) -> None:
    """A spoiled lot is destroyed; the maker sends another, made anew, by the next ship to another port."""
    trade, product, maker, port = craft.regular(world)
    lots: list[Lot] = []
    for on in world.spread(world.day(0.1, 0.4), world.day(0.6, 0.9), world.rng.randint(2, 5)):
        spoiled = world.lot(trade, product, maker, on, port=port, size=1.4)
        world.present(trade, spoiled)
        refused, remarks = world.after(on, 2, 9), "destroyed under supervision"
        world.act("refusal", refused, "refused", lot=spoiled, area="safety", remarks=remarks)
        again = min(world.after(on, 40, 110), world.end)
        fresh = world.lot(trade, product, maker, again, port=_other(world, port), size=1.4)
        craft.enter_all(world, trade, [fresh], company=0)
        lots += [spoiled, fresh]
    _note(world, "refused_then_new_order", trade, lots)


def planned_in_bond(world: World) -> None:
    """Every lot moves on under bond to the same inland port, those that were looked at where they landed, too."""
    trade, product, maker, port = craft.regular(world)
    inland = world.rng.choice(INLAND)
    lots: list[Lot] = []
    for on in world.spread(world.start, world.end, world.rng.randint(14, 30)):
        landed = world.lot(trade, product, maker, on, port=port, size=1.4)
        moved = world.after(on, 0, 5)
        again = replace(landed, arrived=world.after(moved, 3, 12), port=inland)
        if world.heads(0.25):
            world.leave_bare(landed)
            _look(world, landed, material=world.heads(0.4))
            moved = world.after(on, 5, 14)
            again.arrived = world.after(moved, 3, 12)
        world.move_in_bond(landed, inland, "61", moved)
        if again.arrived <= world.end:
            lots.append(again)
    craft.enter_all(world, trade, lots, company=0)
    _note(world, "planned_in_bond", trade, lots)


def border_distributor(world: World) -> None:
    """Customers over the border are served in many small loads, week by week, whatever happens to the lots by sea."""
    trade, product, maker, port = craft.regular(world)
    gates = world.rng.sample(ports_of("land", "north"), world.rng.choice((1, 2)))
    small = [
        craft.over_land(world, world.lot(trade, product, maker, on, port=world.rng.choice(gates), size=0.08))
        for on in world.spread(world.start, world.end, world.rng.randint(60, 140))
    ]
    craft.enter_all(world, trade, small, company=0)
    whole = _stopped_of_some(world, trade, product, maker, port)
    _note(world, "border_distributor", trade, whole + small)


def stock_over_the_border(world: World) -> None:
    """A warehouse in Canada is drawn on by the truckload for years, beside lots that come by sea."""
    trade, product, maker, port = craft.regular(world)
    gate = trade.other_ports["CA"]
    loads = [
        craft.over_land(world, world.lot(trade, product, maker, on, port=gate, size=1.3))
        for on in world.spread(world.start, world.end, world.rng.randint(16, 40))
    ]
    craft.enter_all(world, trade, loads)
    whole = _stopped_of_some(world, trade, product, maker, port)
    _note(world, "stock_over_the_border", trade, whole + loads)


def _stopped_of_some(world: World, trade: Trade, product: Product, maker: Firm, port: Port) -> list[Lot]:
    """Lots by sea, of which customs stops a few; what is refused is exported and stays away."""
    lots = [
        world.lot(trade, product, maker, on, port=port, size=1.4)
        for on in world.spread(world.day(0.05, 0.2), world.day(0.7, 0.9), world.rng.randint(6, 12))
    ]
    for lot in lots:
        if world.heads(0.4):
            world.present(trade, lot)
            if world.heads():
                world.act("refusal", world.after(lot.arrived, 1, 9), "refused", lot=lot, area="safety")
                out = world.after(lot.arrived, 12, 40)
                world.act("reexport", out, "released", lot=lot, remarks="exported")
            else:
                _look(world, lot, material=world.heads())
        else:
            world.enter(trade, [lot])
    return lots


SOLD = (
    "LANDING CERTIFICATE\nThe goods of bill {bill} ({packages} packages, {kg} kg) were landed at {place} on {day} and "
    "entered there for home use by {buyer}.",
    "Dear Sirs,\nWe, {buyer} of {place}, bought the goods of bill {bill} as they lay after they had been refused in "
    "the United States. They reached us on {day} and have been sold to our customers here.",
    "EXPORT RECORD\nBill {bill}, {packages} packages, {kg} kg: exported to {place}, sold to {buyer}, delivered {day}.",
)


def sold_abroad(world: World) -> None:
    """A refused lot is exported and sold abroad, as papers show; the maker sends another like it."""
    trade, product, maker, port = craft.regular(world)
    lots: list[Lot] = []
    for on in world.spread(world.day(0.1, 0.4), world.day(0.6, 0.85), world.rng.randint(2, 5)):
        lot = world.lot(trade, product, maker, on, port=port, size=1.4)
        world.present(trade, lot)
        refused = world.after(on, 2, 9)
        world.act("refusal", refused, "refused", lot=lot, area=world.rng.choice(("safety", "marking", "documents")))
        out = lot.left = world.after(refused, 8, 30)
        world.act("reexport", out, "released", lot=lot, remarks="exported under supervision")
        buyer = world.firm("company", world.rng.choice(("AE", "MX", "CO", "TH")))
        place = buyer.city.title()
        sold = world.after(out, 12, 40)
        paper = world.rng.choice(SOLD).format(
            bill=lot.bill, packages=lot.packages, kg=f"{lot.kg:,.0f}", place=place, day=sold, buyer=buyer.name
        )  # fmt: skip
        world.letters.append((sold, "other" if world.heads(0.7) else "memo", f"Goods of bill {lot.bill}", paper))
        gate = _other(world, port)
        again = craft.back(world, lot, gate, (5, 70))
        lots.append(lot)
        if again <= world.end:
            fresh = craft.returned(world, lot, trade, gate, again, same_box=0, near=0.02)
            fresh.bill = f"{fresh.carrier}{world.rng.randrange(10**8, 10**9)}"
            craft.enter_all(world, trade, [fresh], company=0)
            lots.append(fresh)
    _note(world, "sold_abroad", trade, lots)


def happen(world: World) -> None:
    """Decide the strike and the changed rotation of these years before anybody trades."""
    strict = [port for port in ports_of("sea") if port.exam_rate > 0.025]
    left = world.rng.choice(strict)
    begin = world.day(0.25, 0.6)
    for taken in world.rng.sample([port for port in ports_of("sea") if port.exam_rate < 0.025], 3):
        world.detours.append((left.code, taken.code, "", begin, world.after(begin, 25, 60), 0.35))
    dropped, added = world.rng.sample(ports_of("sea", "east"), 2)
    carrier = world.rng.choice(("MSCU", "MAEU", "ONEY"))
    world.detours.append((dropped.code, added.code, carrier, world.day(0.3, 0.6), world.end, 0.9))


FAMILIES = (
    strike, changed_rotation, distribution_centre, reconditioned, warehouse_fire, trade_show,
    seasonal_ports, standard_packs, refused_then_new_order, planned_in_bond, border_distributor,
    stock_over_the_border, sold_abroad,
)  # fmt: skip
