"""The trade in goods under an order, and the makers in third countries whose share of it is new.

Invariant: lines are read once and added up by the engine; only candidates' own lines leave it.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from graph.detect.diversion.orders import Order, scope
from graph.detect.diversion.written_names import slips
from graph.facts.columns import amount, surely, taxpayer
from graph.facts.store import FactStore

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Row = dict[str, Any]
NO_ROWS: Ints = np.zeros(0, dtype=np.int64)

# A maker counts as new when the facts reach back so long before it began.
OBSERVED_BEFORE_DAYS = 90
LEAST_LINES = 3
# A number of the sender's own is shorter than a manufacturer id mostly is.
LEAST_MID_LETTERS = 10
# A spelling of a maker's number with fewer lines than this share of another one slip away is that maker's.
SLIP_SHARE = 0.2
# A line's own papers that say from which country its goods came: a country, or a number that begins with one.
PAPERS = ("laden_in", "shipped_from", "exporter", "exported_from")
_NUMBERED = re.compile(r"([A-Z]{5,8})[0-9]{1,4}([A-Z]{3})")


def scope_lines(facts: FactStore, orders: Iterable[Order], *, as_of: date | None, until: date) -> ir.Table | None:
    """Lines whose tariff number an order reaches, once for each such order; None when no order reaches any.

    Chapter 99 rows carry no goods and are left out. A maker that is not named is the exporter, if one is. Where the
    goods were laden and from where they were shipped is what the line's bill says. A receiver is the consignee where
    it is another taxpayer than the importer.
    """
    t = facts.table("entry_lines", as_of=as_of)
    t = t.filter(t.entry_date <= until, ~t.hts_number.startswith("99"))
    reached = scope(orders, t.select("hts_number").distinct().to_pyarrow()["hts_number"].to_pylist())
    if reached is None:
        return None
    t = t.select(
        entry_number=t.entry_number,
        line_number=t.line_number,
        tariff_ordinal=t.tariff_ordinal.fill_null(1),
        day=t.entry_date.epoch_days(),
        importer=t.importer_number,
        taxpayer=taxpayer(t.importer_number),
        receiver=taxpayer(t.consignee_number).nullif(taxpayer(t.importer_number)),
        maker=ibis.coalesce(t.manufacturer_id.nullif(""), t.foreign_exporter_id.nullif("")),
        exporter=t.foreign_exporter_id.nullif(""),
        exported_from=t.country_of_export.nullif(""),
        carrier=t.carrier_scac.nullif(""),
        origin=ibis.coalesce(t.country_of_origin.nullif(""), t.manufacturer_id.substr(0, 2).nullif("")),
        hts=t.hts_number,
        bill=t.bill_number.nullif(""),
        unit=t.quantity_unit.fill_null(""),
        quantity=amount(t.quantity),
        weight=amount(t.gross_weight_kg),
        packages=amount(t.packages),
        value=amount(t.entered_value_usd),
    )
    t = t.join(reached, "hts")
    t = t.filter(t.day <= t.until_day, t.origin.notnull()).drop("until_day")
    bills = facts.table("bills", as_of=as_of)
    bills = bills.select(
        bill="bill_number", laden_in=bills.country_of_lading.nullif(""), shipped_from=bills.shipper_country.nullif(""),
        laden_by=bills.scac.nullif(""), shipper=bills.shipper_name.nullif(""),
    )  # fmt: skip
    t = t.left_join(bills, "bill").drop("bill_right")
    return t.mutate(carrier=ibis.coalesce(t.laden_by, t.carrier)).drop("laden_by")


@dataclass(frozen=True, slots=True)
class MakerTrade:
    """What a maker in a third country ships of goods under one order. `spellings` are its numbers as written.

    `new_lines` are those of importers that began to buy from it after the petition, `switched_lines` those among
    them whose importers or receivers had bought the goods from the order's country before, `named_lines` those whose
    own papers name the order's country. Of small makers that one `house` sells for, `workshops` are all of them: the
    house is an exporter's number, or the key of a shipper's name.
    """

    order: int
    origin: str
    maker: str
    spellings: tuple[str, ...]
    first_day: int
    last_day: int
    lines: int
    new_lines: int
    switched_lines: int
    named_lines: int
    new_importers: int
    switched_importers: int
    workshops: tuple[str, ...] = ()
    house: str = ""

    @property
    def key(self) -> tuple[int, str, str]:
        """(order, maker, origin)."""
        return self.order, self.maker, self.origin


def maker_trade(lines: ir.Table) -> list[MakerTrade]:
    """Every maker of goods under an order that declares another origin than the order's country."""
    third = _by_seller(lines.filter(lines.origin != lines.country))
    named = [surely(third[paper].substr(0, 2) == third.country) for paper in PAPERS]
    bought = third.group_by("order", "origin", "maker", "taxpayer", "receiver", "petition_day").agg(
        first=third.day.min(), last=third.day.max(), lines=ibis._.count(),
        named=ibis.or_(*named).cast("int64").sum(),
    )  # fmt: skip
    home = lines.filter(lines.origin == lines.country)
    before = _of_either(home.select("order", "taxpayer", "receiver", "day")).group_by("order", "who")
    before = before.agg(first_home=ibis._.day.min())
    bought = bought.left_join(before, ["order", bought.taxpayer == before.who]).drop("order_right", "who")
    received = before.select("order", "who", first_received="first_home")
    bought = bought.left_join(received, ["order", bought.receiver == received.who])
    bought = bought.group_by("order", "origin", "maker", "taxpayer", "petition_day").agg(
        first=bought["first"].min(), last=bought["last"].max(), lines=bought.lines.sum(), named=bought.named.sum(),
        first_home=bought.first_home.min(), first_received=bought.first_received.min(),
    )  # fmt: skip
    bought = bought.mutate(
        new=bought["first"] >= bought.petition_day,
        switched=surely(bought.first_home < bought["first"]) | surely(bought.first_received < bought["first"]),
    )
    both = bought.new & bought.switched
    makers = bought.group_by("order", "origin", "maker").agg(
        first=bought["first"].min(), last=bought["last"].max(), lines=bought.lines.sum(),
        new_lines=ibis.coalesce(bought.lines.sum(where=bought.new), 0),
        switched_lines=ibis.coalesce(bought.lines.sum(where=both), 0),
        named_lines=ibis.coalesce(bought.named.sum(where=bought.new), 0),
        new_importers=bought.new.cast("int64").sum(), switched_importers=both.cast("int64").sum(),
    )  # fmt: skip
    rows = makers.order_by("order", "origin", "maker").to_pyarrow().to_pylist()
    return _joined(rows)


def _by_seller(lines: ir.Table) -> ir.Table:
    """Lines by their maker, and once more by an exporter of the declared country that is another's number: a new firm
    that ships under an old plant's number stands where a maker would."""
    exported = surely(lines.exporter != lines.maker) & surely(lines.exporter.substr(0, 2) == lines.origin)
    exported &= surely(lines.exporter.length() >= LEAST_MID_LETTERS)
    sold = lines.filter(exported).mutate(maker=ibis._.exporter)
    return ibis.union(lines.filter(lines.maker.notnull()), sold, distinct=False)


def _of_either(lines: ir.Table) -> ir.Table:
    """Lines by `who` entered or received them; a line that one enters and another receives is there for both."""
    entered = lines.mutate(who=lines.taxpayer)
    return ibis.union(entered, lines.filter(lines.receiver.notnull()).mutate(who=lines.receiver), distinct=False)


def _joined(rows: list[Row]) -> list[MakerTrade]:
    """Makers with the slips in their numbers mended: of two spellings one letter apart the common one is right, and so
    it is of two that differ in which word of the name comes first, in the city, in a word before the name, or in that
    one leaves the number in the street out."""
    places: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        places.setdefault((row["order"], row["origin"]), []).append(row)
    makers = []
    for (order, origin), here in places.items():
        forms: dict[str, list[Row]] = {}
        for row in here:
            for form in slips(row["maker"]):
                forms.setdefault(form, []).append(row)
        by_number = {row["maker"]: row for row in here}
        other_ways: dict[str, list[Row]] = {}
        for row in here:
            for form in (_without_city(row["maker"]), _of_one_word(row["maker"]), _without_number(row["maker"])):
                if form:
                    other_ways.setdefault(form, []).append(row)
        taken: dict[str, str] = {}
        for row in sorted(here, key=lambda r: (r["lines"], r["maker"])):
            near = [
                other for form in slips(row["maker"]) for other in forms[form]
                if row["lines"] <= SLIP_SHARE * other["lines"]
            ]  # fmt: skip
            also = [by_number.get(words_turned(row["maker"]))]
            also += other_ways.get(_without_city(row["maker"]), ())
            also += other_ways.get(_less_a_word(row["maker"]), ())
            also += other_ways.get(f"{row['maker']}#", ())
            here_first = (row["lines"], row["maker"])
            near += [other for other in also if other is not None and here_first < (other["lines"], other["maker"])]
            if near:
                taken[row["maker"]] = max(near, key=lambda r: (r["lines"], r["maker"]))["maker"]
        spelt: dict[str, list[Row]] = {}
        for row in here:
            owner = row["maker"]
            while owner in taken:
                owner = taken[owner]
            spelt.setdefault(owner, []).append(row)
        for maker, parts in sorted(spelt.items()):
            makers.append(
                MakerTrade(
                    order, origin, maker, tuple(sorted(p["maker"] for p in parts)),
                    min(p["first"] for p in parts), max(p["last"] for p in parts),
                    sum(p["lines"] for p in parts), sum(p["new_lines"] for p in parts),
                    sum(p["switched_lines"] for p in parts), sum(p["named_lines"] for p in parts),
                    max(p["new_importers"] for p in parts), max(p["switched_importers"] for p in parts),
                )
            )  # fmt: skip
    return makers


def words_turned(maker: str) -> str:
    """A maker's number as it would be with the first two words of the name in the other order.

    >>> words_turned("TWCHATAO270KAO")
    'TWTAOCHA270KAO'
    """
    return maker[:2] + maker[5:8] + maker[2:5] + maker[8:] if maker[2:8].isalpha() else maker


def _without_city(maker: str) -> str:
    """A maker's country, two words of its name and its number in the street; empty where there is no such number."""
    return f"{maker[:-3]}/" if maker[2:8].isalpha() and maker[-5:-3].isdigit() else ""


def _of_one_word(maker: str) -> str:
    """A maker's country, first word, number and city, to be found again by one that writes a word before its name."""
    return maker[:5] + maker[8:] if maker[2:8].isalpha() and maker[8:10].isdigit() else ""


def _without_number(maker: str) -> str:
    """What a maker's number would be without that in the street, marked as such; empty where it has none.

    >>> _without_number("THEXPPHA897CHO"), _without_number("THEXPPHACHO")
    ('THEXPPHACHO#', '')
    """
    written = _NUMBERED.fullmatch(maker)
    return f"{written[1]}{written[2]}#" if written else ""


def _less_a_word(maker: str) -> str:
    """The same of a maker without the first word of its name.

    >>> _less_a_word("THEXPPHA897CHO") == _of_one_word("THPHAPLA897CHO")
    True
    """
    return maker[:2] + maker[5:] if maker[2:8].isalpha() and maker[8:10].isdigit() else ""


def is_new(maker: MakerTrade, order: Order, *, observed_from: int) -> bool:
    """Whether a maker is seen to begin after the petition, not only there since the facts begin."""
    return maker.first_day >= max(order.petition_day, observed_from + OBSERVED_BEFORE_DAYS)


def candidates(
    makers: Iterable[MakerTrade], orders: list[Order], *, observed_from: int,
    supplied: Collection[tuple[int, str, str]] = (),
) -> list[MakerTrade]:  # fmt: skip
    """Makers that are new since the petition, and old ones whose new customers had bought from the order's country,
    whose papers name it, or to whom such goods are consigned from there (`supplied`, by key)."""
    chosen = []
    for maker in makers:
        if maker.key in supplied:
            chosen.append(maker)
            continue
        if maker.new_lines < LEAST_LINES:
            continue
        new = is_new(maker, orders[maker.order], observed_from=observed_from)
        if new or max(maker.switched_lines, maker.named_lines) >= LEAST_LINES:
            chosen.append(maker)
    return chosen


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines as columns, `of[key]` being the rows of one key, in order of days.

    `codes` number the texts of a column, each line's being its place in `texts`, where None is the last. `lots` are
    numbers of lots: a line's bill, or its entry where no bill is named; `goods` are places in `kinds`, which are
    (tariff number, unit); `logs` are the logarithms of what can be measured on each line, by measure.
    """

    columns: dict[str, npt.NDArray[Any]]
    of: dict[Any, Ints]
    codes: dict[str, Ints]
    texts: dict[str, npt.NDArray[Any]]
    lots: Ints
    goods: Ints
    kinds: tuple[tuple[str, str], ...]
    logs: dict[str, Floats]

    def take(self, key: Any, name: str) -> npt.NDArray[Any]:
        """A column of one key's rows; empty for a key without rows."""
        return self.columns[name][self.of.get(key, NO_ROWS)]


_NUMBERS = ("entry_number", "line_number", "tariff_ordinal")
_LINE = (
    "entry_number", "line_number", "tariff_ordinal", "day", "importer", "taxpayer", "receiver", "maker",
    "hts", "bill", "unit", "quantity", "weight", "packages", "value",
)  # fmt: skip


def lines_of_makers(lines: ir.Table, chosen: Iterable[MakerTrade]) -> Lines:
    """The lines of these makers under their orders, by (order, maker, origin), whatever spelling they carry."""
    every = list(chosen)
    groups = sorted({c.key for c in every})
    number = {key: i for i, key in enumerate(groups)}
    wanted = [(c.order, s, c.origin, number[c.key]) for c in every for s in c.spellings]
    spelt = _memtable(("order", "maker", "origin", "group"), wanted)
    t = _by_seller(lines).join(spelt, ["order", "maker", "origin"])
    return _columns(t.select(*_LINE, *PAPERS, "carrier", "group"), ("order", "owner", "origin"), groups, once=True)


def lines_from_country(lines: ir.Table, buyers: Iterable[tuple[int, str]]) -> Lines:
    """What these taxpayers entered or received of the goods from the order's own country, by (order, who)."""
    groups = sorted(set(buyers))
    home = _of_either(lines.filter(lines.origin == lines.country).select("order", "origin", *_LINE))
    return _columns(_grouped(home, ("order", "who"), groups).drop("who"), ("order", "who"), groups)


def lines_without_maker(lines: ir.Table, buyers: Iterable[tuple[int, str, str]]) -> Lines:
    """Lines that name no maker, of these (order, taxpayer, origin)."""
    groups = sorted(set(buyers))
    nameless = lines.filter(lines.maker.isnull()).select("order", "origin", *_LINE)
    by = ("order", "taxpayer", "origin")
    return _columns(_grouped(nameless, by, groups), by, groups)


def _grouped(lines: ir.Table, names: tuple[str, ...], groups: Sequence[tuple[Any, ...]]) -> ir.Table:
    """The lines of these groups, each with its group's number."""
    return lines.join(_memtable((*names, "group"), [(*key, i) for i, key in enumerate(groups)]), list(names))


def _memtable(names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> ir.Table:
    """Rows to join with; `order` and `group` are numbers, all else text."""
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    types = [pa.int64() if name in ("order", "group") else pa.string() for name in names]
    arrays = [pa.array(column, of) for column, of in zip(columns, types, strict=True)]
    return ibis.memtable(pa.table(dict(zip(names, arrays, strict=True))))


def _coded(column: "pa.ChunkedArray[Any]") -> tuple[Ints, npt.NDArray[Any]]:
    """The texts of a column by number, each once in memory however many rows have it; the last is None."""
    coded = column.combine_chunks().dictionary_encode()
    texts: npt.NDArray[Any] = np.array([*coded.dictionary.to_pylist(), None], dtype=object)
    codes = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
    return np.asarray(codes, dtype=np.int64), texts


def _columns(t: ir.Table, names: tuple[str, ...], groups: Sequence[tuple[Any, ...]], *, once: bool = False) -> Lines:
    """The rows in order, by groups whose keys go by these names; with `once`, of several rows of one group for one
    line only the first."""
    rows = t.order_by("group", "day", *_NUMBERS, "maker").to_pyarrow()
    columns: dict[str, npt.NDArray[Any]] = {}
    codes: dict[str, Ints] = {}
    texts: dict[str, npt.NDArray[Any]] = {}
    for name in rows.column_names:
        column = rows[name]
        if pa.types.is_floating(column.type):
            columns[name] = column.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
        elif pa.types.is_integer(column.type):
            columns[name] = column.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
        else:
            codes[name], texts[name] = _coded(column)
    if once and rows.num_rows:
        kept_ = np.ones(rows.num_rows, dtype=np.bool_)
        same = [columns[name] for name in ("group", "line_number", "tariff_ordinal")] + [codes["entry_number"]]
        kept_[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in same])
        columns = {name: column[kept_] for name, column in columns.items()}
        codes = {name: column[kept_] for name, column in codes.items()}
    group = columns.pop("group")
    for name, values in zip(names, zip(*groups, strict=True), strict=True) if groups else ():
        if name == "order":
            columns[name] = np.array(values, dtype=np.int64)[group]
        elif name not in codes:
            known = sorted(set(values))
            texts[name] = np.array([*known, None], dtype=object)
            codes[name] = np.searchsorted(np.array(known), np.array(values))[group]
    # An entry's number begins with who files it.
    filers = pa.compute.utf8_slice_codeunits(pa.array(texts["entry_number"], pa.string()), 0, 3)
    of_entry, texts["filer"] = _coded(pa.chunked_array([filers]))
    codes["filer"] = of_entry[codes["entry_number"]]
    columns |= {name: texts[name][column] for name, column in codes.items()}
    # Rows of one group follow one another.
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]][: len(group)])
    spans = zip(starts.tolist(), [*starts[1:].tolist(), len(group)], strict=False)
    of = {groups[group[start]]: np.arange(start, end) for start, end in spans}
    no_bill = len(texts["bill"]) - 1
    lots = np.where(codes["bill"] == no_bill, no_bill + codes["entry_number"], codes["bill"])
    units = len(texts["unit"])
    pairs, goods = np.unique(codes["hts"] * units + codes["unit"], return_inverse=True)
    kinds = tuple((str(texts["hts"][pair // units]), str(texts["unit"][pair % units])) for pair in pairs.tolist())
    value, quantity, weight, packages = (columns[name] for name in ("value", "quantity", "weight", "packages"))
    logs = {
        "price": np.log(value / quantity), "unit_weight": np.log(weight / quantity),
        "package_weight": np.log(weight / packages),
    }  # fmt: skip
    return Lines(columns, of, codes, texts, lots, goods, kinds, logs)


def first_days(facts: FactStore, taxpayers: Iterable[str], *, as_of: date | None, until: date) -> dict[str, int]:
    """The day on which each of these taxpayers began to enter or to receive anything."""
    t = facts.table("entry_lines", as_of=as_of)
    t = t.filter(t.entry_date <= until)
    asked = ibis.memtable(pa.table({"taxpayer": pa.array(sorted(set(taxpayers)), pa.string())}))
    days = [
        t.group_by(number=number).agg(day=t.entry_date.epoch_days().min())
        for number in (t.importer_number, t.consignee_number)
    ]
    t = ibis.union(*days, distinct=False)
    t = t.select(taxpayer=taxpayer(t.number), day=t.day).semi_join(asked, "taxpayer")
    t = t.group_by("taxpayer").agg(day=ibis._.day.min()).to_pyarrow()
    return dict(zip(t["taxpayer"].to_pylist(), t["day"].to_pylist(), strict=True))


def newcomers(facts: FactStore, *, as_of: date | None, until: date) -> tuple[int, float]:
    """The first day of the facts, and how many makers begin in a day for each that is known: the base rate.

    Counted over all goods and countries, on makers with at least `LEAST_LINES` lines, from the day on which makers
    can be told to be new.
    """
    t = facts.table("entry_lines", as_of=as_of)
    t = t.filter(t.entry_date <= until, t.manufacturer_id.notnull())
    makers = t.group_by("manufacturer_id").agg(first=t.entry_date.epoch_days().min(), lines=ibis._.count())
    makers = makers.filter(makers.lines >= LEAST_LINES)
    days = makers.group_by("first").agg(makers=ibis._.count()).order_by("first").to_pyarrow()
    if days.num_rows == 0:
        return 0, 0.0
    first = days["first"].to_numpy().astype(np.int64)
    began = days["makers"].to_numpy().astype(np.int64)
    start, end = int(first[0]), (until - date(1970, 1, 1)).days
    settled = start + 2 * OBSERVED_BEFORE_DAYS
    new = int(began[first >= settled].sum())
    return start, (new + 1) / (int(began.sum()) + 1) / max(end - settled, 1)


def kept(facts: FactStore, lines: ir.Table) -> AbstractContextManager[ir.Table]:
    """The lines in scope held by the engine while they are looked into."""
    return facts.kept(lines)
