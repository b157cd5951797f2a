"""Goods stopped at one port that come back at another: eleven ways."""

from dataclasses import replace
from datetime import date, timedelta

from tests.worlds.another_hand import craft
from tests.worlds.another_hand.goods import Product
from tests.worlds.another_hand.model import Firm, Lot, Trade
from tests.worlds.another_hand.ports import INLAND, PORTS, RAILWAYS, Port, ports_of
from tests.worlds.another_hand.world import World

KIND = "port_shopping"
REASONS = ("safety", "adcvd", "origin", "ipr", "classification", "documents", "value")


def stop(world: World, trade: Trade, product: Product, maker: Firm, on: date, *, port: Port, area: str = "") -> Lot:
    """A lot that customs stops; a fifth of such lots never get an entry."""
    lot = world.lot(trade, product, maker, on, port=port, size=1.4)
    world.present(trade, lot)
    kind = world.rng.choice(("refusal", "refusal", "hold", "exam", "detention", "exam"))
    result = "discrepant" if kind == "exam" else "refused"
    lot.left = world.after(on, 1, 10)
    world.act(
        kind, lot.left, result, lot=lot, area=area or world.rng.choice(REASONS),
        revenue=lot.value * world.rng.uniform(0.05, 0.6),
    )  # fmt: skip
    # What is refused must leave the country, which is often on record.
    if result == "refused" and world.heads(0.45):
        lot.left = world.after(on, 15, 45)
        world.act("reexport", lot.left, "released", lot=lot)
    return lot


def _stopped(world: World, *, lots: tuple[int, int] = (3, 8)) -> tuple[Trade, list[Lot]]:
    """An importer, and lots of one maker's goods that were stopped at its usual port for one reason."""
    trade, product, maker, port = craft.regular(world)
    begin = world.day(0.1, 0.6)
    area = world.rng.choice(REASONS)
    days = world.spread(begin, world.after(begin, 90, 420), world.rng.randint(*lots))
    return trade, [stop(world, trade, product, maker, on, port=port, area=area) for on in days]


def _again(
    world: World, trade: Trade, lots: list[Lot], port: Port, *, days: tuple[int, int] = (2, 110),
    broker: Firm | None = None,
) -> list[Lot]:  # fmt: skip
    """Stopped lots entered elsewhere, so many days and a voyage after they left; a few never return."""
    back: list[Lot] = []
    for lot in lots:
        on = craft.back(world, lot, port, days)
        if on <= world.end and (world.heads(0.88) or not back):
            back.append(craft.returned(world, lot, trade, port, on))
    return craft.enter_all(world, trade, back, broker, company=0.2)


def _note(world: World, family: str, members: list[Firm], stopped: list[Lot], back: list[Lot]) -> None:
    duty = sum(lot.value * (0.25 + lot.product.duty) for lot in back)
    world.scheme(KIND, family, members[0], members, [*stopped, *back], duty=duty)


def same_firm(world: World) -> None:
    """The same importer brings its stopped lots in at a port that looks less."""
    trade, stopped = _stopped(world)
    back = _again(world, trade, stopped, craft.soft_port(world, stopped[0].port))
    _note(world, "same_firm", [trade.importer], stopped, back)


def by_successor(world: World) -> None:
    """A new firm of the same hand brings the stopped lots in."""
    trade, stopped = _stopped(world)
    first = stopped[0]
    heir = craft.newcomer(world, [first.product], first.arrived + timedelta(days=10), like=trade, size=0.002)
    heir.makers[first.product.hts] = [first.maker]
    craft.share_contacts(world, trade.importer, heir.importer)
    back = _again(world, heir, stopped, craft.soft_port(world, stopped[0].port), days=(10, 130))
    _note(world, "by_successor", [trade.importer, heir.importer], stopped, back)


def split_and_repacked(world: World) -> None:
    """A stopped lot comes back in four or five parts, packed anew, over several weeks."""
    trade, stopped = _stopped(world, lots=(3, 5))
    back: list[Lot] = []
    gates = [craft.soft_port(world, stopped[0].port) for _ in range(2)]
    for lot in stopped:
        first = craft.back(world, lot, gates[0], (5, 50))
        for part in craft.pieces(world, lot, world.rng.choice((4, 5))):
            on = world.after(first, 0, 45)
            if on <= world.end:
                back.append(craft.returned(world, part, trade, world.rng.choice(gates), on, same_box=0))
    craft.enter_all(world, trade, back, company=0.2)
    _note(world, "split_and_repacked", [trade.importer], stopped, back)


def in_bond_diversion(world: World) -> None:
    """Lots refused at one port move under bond for export and are entered inland instead."""
    trade, stopped = _stopped(world)
    first, other = stopped[0], trade
    if world.heads():
        other = craft.newcomer(world, [first.product], first.arrived, like=trade)
    craft.share_contacts(world, trade.importer, other.importer)
    border = world.rng.choice(ports_of("land"))
    for lot in stopped:
        lot.left = world.after(lot.left or lot.arrived, 3, 20)
        world.move_in_bond(lot, border, world.rng.choice(("62", "62", "63", "61")), lot.left)
    back = _again(world, other, stopped, border, days=(3, 40))
    _note(world, "in_bond_diversion", list(dict.fromkeys([trade.importer, other.importer])), stopped, back)


def out_and_back(world: World) -> None:
    """Refused lots go to a neighbour country and come back under another maker's name."""
    trade, stopped = _stopped(world)
    neighbour = world.rng.choice(("MX", "CA"))
    yard = world.firm("exporter", neighbour)
    paper_maker = stopped[0].maker
    if world.heads():
        paper_maker = world.maker(neighbour, established=stopped[0].arrived, level=1.0)
    for lot in stopped:
        if world.heads():
            lot.left = world.after(lot.left or lot.arrived, 1, 15)
            world.act("reexport", lot.left, "released", lot=lot, remarks="exported by the importer")
    back = _again(world, trade, stopped, trade.other_ports[neighbour], days=(15, 100))
    for lot in back:
        lot.maker, lot.exporter, lot.shipped_from = paper_maker, yard, neighbour
        lot.origin = paper_maker.country
    _note(world, "out_and_back", [trade.importer], stopped, back)


def changed_mode(world: World) -> None:
    """Lots stopped at sea come back by air or road in parts below the informal limit."""
    trade, stopped = _stopped(world, lots=(3, 5))
    gate = world.rng.choice([other for other in PORTS if other.kind in ("air", "land") and other.exam_rate < 0.016])
    back: list[Lot] = []
    for lot in stopped:
        begin = craft.back(world, lot, gate, (8, 45))
        for part in craft.pieces(world, lot, world.rng.randint(3, 6)):
            on = world.after(begin, 0, 60)
            if on <= world.end:
                part.value = float(min(part.value, world.rng.randrange(900, 2_490)))
                back.append(craft.returned(world, part, trade, gate, on, same_box=0))
    craft.enter_all(world, trade, back, company=0)
    _note(world, "changed_mode", [trade.importer], stopped, back)


def washed_papers(world: World) -> None:
    """Another broker, another seller and another description for the same goods."""
    trade, stopped = _stopped(world)
    broker = world.rng.choice(world.brokers[40:])
    seller, product = world.rng.choice(world.forwarders), stopped[0].product
    texts = ("general merchandise", "household articles", f"parts for {product.name}")
    back = _again(world, trade, stopped, craft.soft_port(world, stopped[0].port), broker=broker)
    for lot in back:
        lot.exporter, lot.text = seller, world.rng.choice(texts)
        lot.product = replace(product, hts=product.hts[:8]) if world.heads(0.4) else product
    _note(world, "washed_papers", [trade.importer], stopped, back)


def port_probing(world: World) -> None:
    """After each finding the next port is tried with a small lot, and the bulk follows where none looks."""
    trade, product, maker, port = craft.regular(world)
    gates = sorted(ports_of("sea"), key=lambda gate: -gate.exam_rate)
    tried = [port, *world.rng.sample([gate for gate in gates if gate is not port][:14], 3)]
    on = world.day(0.1, 0.5)
    stopped: list[Lot] = []
    back: list[Lot] = []
    for now, following in zip(tried, [*tried[1:], gates[-1]], strict=True):
        lot = stop(world, trade, product, maker, on, port=now, area="classification")
        stopped.append(lot)
        on = craft.back(world, lot, following, (8, 60))
        if on < world.end:
            back += craft.enter_all(world, trade, [craft.returned(world, lot, trade, following, on, near=0.02)])
            on = world.after(on, 5, 30)
    for day in world.spread(min(on, world.end), world.after(on, 90, 200), world.rng.randint(4, 9)):
        back += craft.enter_all(world, trade, [world.lot(trade, product, maker, day, port=gates[-1], size=1.6)])
    _note(world, "port_probing", [trade.importer], stopped, back)


def inbond_slip(world: World) -> None:
    """Stopped lots move on under bond, some when they have come a second time, and are entered inland."""
    trade, stopped = _stopped(world, lots=(1, 4))
    inland = world.rng.choice(INLAND)
    back: list[Lot] = []
    for lot in stopped:
        lot.left = world.after(lot.left or lot.arrived, 2, 25)
        if world.heads(0.4):
            on = craft.back(world, lot, lot.port, (10, 60))
            again = craft.returned(world, lot, trade, lot.port, on)
            world.move_in_bond(again, inland, "61", world.after(on, 0, 6))
        else:
            world.move_in_bond(lot, inland, "61", lot.left)
            again = craft.returned(world, lot, trade, lot.port, lot.left, same_box=0.8)
            if world.heads(0.6):
                again.bill = lot.bill
            else:
                again.mode, again.carrier = "20", world.rng.choice(RAILWAYS)
        again.arrived, again.port = world.after(again.arrived, 4, 15), inland
        if again.arrived <= world.end:
            back.append(again)
    craft.enter_all(world, trade, back, company=0.1)
    _note(world, "inbond_slip", [trade.importer], stopped, back)


def crumbs(world: World) -> None:
    """A stopped lot comes back over land in many small entries, over some weeks, that add up to it."""
    trade, stopped = _stopped(world, lots=(1, 4))
    side = world.rng.choice(("north", "south"))
    gates = world.rng.sample(ports_of("land", side), world.rng.choice((1, 1, 2, 3)))
    other = trade
    if world.heads(0.25):
        other = craft.newcomer(world, [stopped[0].product], stopped[0].arrived, like=trade, size=0.002)
        craft.share_contacts(world, trade.importer, other.importer)
    back: list[Lot] = []
    for lot in stopped:
        begin, days = craft.back(world, lot, gates[0], (8, 45)), world.rng.randint(20, 75)
        for part in craft.crumbled(world, lot, world.rng.randint(8, 40)):
            on = world.after(begin, 0, days)
            if on <= world.end:
                gate = world.rng.choice(gates)
                again = craft.over_land(world, craft.returned(world, part, other, gate, on, same_box=0, near=0))
                again.value = float(min(part.value, world.rng.randrange(500, 2_490)))
                back.append(again)
    craft.enter_all(world, other, back, company=0)
    _note(world, "crumbs", list(dict.fromkeys([trade.importer, other.importer])), stopped, back)


def overland_return(world: World) -> None:
    """Stopped lots go to a neighbour country and come back by truck or rail, whole or in two or three loads."""
    trade, stopped = _stopped(world, lots=(1, 4))
    neighbour = world.rng.choice(("MX", "CA"))
    gates = ports_of("land", "south" if neighbour == "MX" else "north")
    gate = trade.other_ports[neighbour] if world.heads(0.4) else world.rng.choice(gates)
    back: list[Lot] = []
    for lot in stopped:
        lot.left = world.after(lot.left or lot.arrived, 3, 20)
        if world.heads(0.6):
            world.act("reexport", lot.left, "released", lot=lot, remarks=f"exported to {neighbour}")
        if world.heads():
            world.move_in_bond(lot, gate, world.rng.choice(("62", "63")), lot.left)
        on = craft.back(world, lot, gate, (10, 90))
        for part in [lot] if world.heads(0.6) else craft.crumbled(world, lot, world.rng.choice((2, 2, 3))):
            again = craft.returned(world, part, trade, gate, world.after(on, 0, 12), same_box=0, near=0.012)
            if world.heads(0.4):  # put on pallets, or taken off them
                again.packages = max(1, round(again.packages * world.rng.choice((0.04, 0.5, 2))))
            if again.arrived <= world.end:
                back.append(craft.over_land(world, again))
    craft.enter_all(world, trade, back, company=0.1)
    _note(world, "overland_return", [trade.importer], stopped, back)


FAMILIES = (
    same_firm, by_successor, split_and_repacked, in_bond_diversion, out_and_back, changed_mode,
    washed_papers, port_probing, inbond_slip, crumbs, overland_return,
)  # fmt: skip
