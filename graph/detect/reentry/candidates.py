"""Which later lines are looked at beside which lots: equality joins on keys that are rare.

Invariant: a key held by more than `RARE` lines joins nothing, so the number of pairs grows with the number
of lots and never with the square of anything.
"""

import ibis
import ibis.expr.types as ir

WINDOW_DAYS = 180  # goods come back within half a year or are no longer told from others
# Lines that may share a key. An importer's whole trade in a heading, if it is no larger, is looked at; a key that
# strangers share tells nothing once many lines hold it.
RARE = 200
RARE_AMONG_STRANGERS = 25
# How far before or after the action look-alikes are counted.
LOOK_ALIKE_DAYS = 365

# Equality keys. The importer's own lines in the heading, all of them or, where they are too many, those nearly alike.
TRADE = ("taxpayer", "hts4")
KEYS_IN_LARGE_TRADE: tuple[tuple[str, ...], ...] = (
    (*TRADE, "packages"),
    (*TRADE, "weight_band"),
    (*TRADE, "quantity_band"),
    (*TRADE, "value_band"),
)
# Its own in any heading, then anybody's.
KEYS: tuple[tuple[str, ...], ...] = (
    ("taxpayer", "packages", "weight_band"),
    ("maker", "hts4", "packages"),
    ("maker", "hts4", "weight_band"),
    ("maker", "hts4", "quantity_band"),
    ("consignee", "hts4", "packages"),
    ("hts4", "packages", "weight_band"),
    ("hts4", "packages", "quantity_band"),
    ("hts4", "weight_band", "quantity_band", "value_band"),
    ("bill",),
)

WHOLE_ENTRY_KEYS: tuple[tuple[str, ...], ...] = (
    ("taxpayer", "packages"),
    ("taxpayer", "weight_band"),
    ("taxpayer", "quantity_band"),
    ("maker", "packages"),
    ("maker", "weight_band"),
)


def _joined(lots: ir.Table, lines: ir.Table, keys: tuple[str, ...]) -> ir.Table:
    """Pairs of a lot and a line that share `keys`, where the key is rare among lines.

    What strangers entered counts only as a candidate, that is elsewhere and after the action; of the importer's and
    the maker's lines look-alikes count too. The lines are read as they stand: a selection of them that two steps
    share would be laid out in memory once for each kind of key.
    """
    sought = lots.select("lot", "action_day", "acting_port", *keys).drop_null(list(keys))
    among_strangers = keys[0] == "hts4"
    rare = _rare(sought, lines, keys, RARE_AMONG_STRANGERS if among_strangers else RARE)
    return _met(sought.semi_join(rare, list(keys)), lines, keys, among_strangers=among_strangers)


def _rare(sought: ir.Table, lines: ir.Table, keys: tuple[str, ...], most: int) -> ir.Table:
    """The values of these keys that are sought and that no more than so many lines hold."""
    wanted = sought.select(*keys).distinct()
    frequency = lines.semi_join(wanted, list(keys)).group_by(list(keys)).agg(lines_held=ibis._.count())
    return frequency.filter(frequency.lines_held <= most).drop("lines_held")


def _met(sought: ir.Table, lines: ir.Table, keys: tuple[str, ...], *, among_strangers: bool) -> ir.Table:
    t = sought.join(lines, list(keys))
    days = t.day - t.action_day
    if among_strangers:
        t = t.filter(days.between(0, WINDOW_DAYS), t.port != t.acting_port)
    else:
        t = t.filter(days.between(-LOOK_ALIKE_DAYS, LOOK_ALIKE_DAYS))
    return t.select("lot", "line")


def _neighbours(lots: ir.Table, keys: tuple[str, ...]) -> ir.Table:
    """The lots once for each band next to theirs, so that amounts on two sides of a border still meet."""
    lots = lots.select("lot", "action_day", "acting_port", *keys)
    for key in keys:
        if key.endswith("_band"):
            step = ibis.array([-1, 0, 1]).unnest()
            lots = lots.mutate(step=step)
            lots = lots.mutate(**{key: lots[key] + lots.step}).drop("step")
    return lots


def small_trades(lots: ir.Table, lines: ir.Table) -> ir.Table:
    """(taxpayer, hts4) of importers of these lots of whose trade in the heading every line is looked at."""
    return _rare(lots.drop_null(list(TRADE)), lines, TRADE, RARE)


def pairs(lots: ir.Table, lines: ir.Table, bills: ir.Table, small: ir.Table) -> ir.Table:
    """(lot, line): every pair of a lot and a line that may be worth scoring; `small` are the lots' `small_trades`.

    Lines before the lot or at the acting port are kept: they are the look-alikes that show how often such
    goods recur without any action.
    """
    in_trade = lots.select("lot", "action_day", "acting_port", *TRADE).semi_join(small, list(TRADE))
    found = [_met(in_trade, lines, TRADE, among_strangers=False)]
    # What all lines of a trade were met by is met by no finer key again.
    in_large_trade = lots.anti_join(small, list(TRADE))
    found += [_joined(_neighbours(in_large_trade, keys), lines, keys) for keys in KEYS_IN_LARGE_TRADE]
    found += [_joined(_neighbours(lots, keys), lines, keys) for keys in KEYS]
    placed = lots.select("lot", "action_day", "acting_port", "containers", "bill_seals")
    boxes = placed.mutate(container=placed.containers.unnest())
    found.append(_joined(boxes, lines, ("container",)))
    on_board = bills.select("bill", box=bills.bill_containers.unnest())
    under_seal = bills.select("bill", seal=bills.bill_seals.unnest())
    for carried, column, key in ((on_board, "containers", "box"), (under_seal, "bill_seals", "seal")):
        sought = placed.mutate(**{key: placed[column].unnest()})
        via = sought.join(carried, key).select("lot", "action_day", "acting_port", "bill")
        found.append(_joined(via, lines, ("bill",)))
    return ibis.union(*found).distinct()


def whole_entry_pairs(lots: ir.Table, totals: ir.Table) -> ir.Table:
    """The same for shipments and entries of several lines taken as a whole."""
    return ibis.union(*(_joined(_neighbours(lots, keys), totals, keys) for keys in WHOLE_ENTRY_KEYS)).distinct()
