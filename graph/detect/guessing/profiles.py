"""What anybody could tabulate of an importer: its trade, its neighbours, its past with customs, its record.

These are the graph features that gradient boosting learns from, and what the simple rules sort by.

Invariant: one row a taxpayer, every number from fact tables alone; unknown is NaN, never zero.
"""

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from graph.facts.columns import surely, taxpayer
from graph.facts.store import FactStore

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

QUARTER_DAYS = 91
# Growth from nothing is measured against this, so that a first small shipment is no surge.
SMALL_QUARTER_USD = 50_000.0
# A value that more importers hold is a service's (a law firm's address), and ties nobody.
MOST_HOLDERS = 10
DAMPING = 0.85

_COUNTED = ("entry_number", "manufacturer_id", "port_code", "filer_code", "hts_number", "country_of_origin",
            "consignee_number", "foreign_exporter_id", "carrier_scac", "surety_code", "foreign_port")  # fmt: skip
_CONCENTRATED = ("manufacturer_id", "port_code", "filer_code", "hts4", "country_of_origin")
_IDENTIFYING = ("phone", "email", "address", "officer", "registered_agent")


@dataclass(frozen=True, slots=True)
class Trade:
    """Who bought of whom, one row a pair: places in `Profiles.taxpayers` and `makers`."""

    makers: tuple[str, ...]
    importer: Ints
    maker: Ints
    value_usd: Floats
    first_day: Ints


@dataclass(frozen=True, slots=True)
class Profiles:
    """Importers in the order of their taxpayers. `columns` has one array a feature, NaN where unknown."""

    taxpayers: tuple[str, ...]
    entities: tuple[str, ...]
    columns: dict[str, Floats]
    trade: Trade
    sharing: Ints  # the component that shared phones, e-mails, addresses and officers join an importer into

    def matrix(self) -> Floats:
        """All features, one row an importer."""
        return np.column_stack(list(self.columns.values())) if self.taxpayers else np.zeros((0, len(self.columns)))


def profiles(facts: FactStore) -> Profiles:
    """The profile of every importer that has an entry line."""
    lines = _lines(facts)
    own = _own(lines)
    taxpayers = tuple(map(str, own["taxpayer"].to_pylist()))
    place = {one: i for i, one in enumerate(taxpayers)}
    entities = tuple(f"importer:{number}" for number in own["number"].to_pylist())
    columns = {name: _floats(own[name]) for name in own.column_names if name not in ("taxpayer", "number")}
    columns["days_since_last"] = _most(columns["last_day"]) - columns["last_day"]
    columns["mean_entry_usd"] = columns["value_usd"] / np.maximum(columns["n_entry_number"], 1)
    for name in _CONCENTRATED:
        columns |= _concentration(lines, name, place)
    columns |= _growth(lines, place)
    columns |= _past(facts, place)
    trade = _trade(lines, place)
    columns |= _neighbours(trade, columns)
    held, sharing = _identifiers(facts, place)
    return Profiles(taxpayers, entities, columns | held, trade, sharing)


def _lines(facts: FactStore) -> ir.Table:
    t = facts.table("entry_lines")
    t = t.filter(t.importer_number.notnull(), t.entry_date.notnull())
    return t.mutate(
        taxpayer=taxpayer(t.importer_number),
        day=t.entry_date.epoch_days(),
        value=ibis.coalesce(t.entered_value_usd.cast("float64"), 0.0),
        hts4=t.hts_number.substr(0, 4),
    )


def _own(t: ir.Table) -> pa.Table:
    """An importer's lines by themselves."""
    kg = t.gross_weight_kg.cast("float64").nullif(0.0)
    own: pa.Table = (
        t.group_by("taxpayer")
        .agg(
            number=t.importer_number.min(),
            lines=t.count(),
            value_usd=t.value.sum(),
            duty_usd=ibis.coalesce(t.duty_usd.cast("float64"), 0.0).sum(),
            order_duty_usd=(
                ibis.coalesce(t.ad_duty_usd.cast("float64"), 0.0) + ibis.coalesce(t.cv_duty_usd.cast("float64"), 0.0)
            ).sum(),
            weight_kg=ibis.coalesce(kg, 0.0).sum(),
            usd_per_kg=(t.value / kg).mean(),
            share_under_order=(t.ad_case.notnull() | t.cv_case.notnull()).cast("float64").mean(),
            share_type_03=surely(t.entry_type == "03").cast("float64").mean(),
            share_no_maker=t.manufacturer_id.isnull().cast("float64").mean(),
            share_no_box=t.container_number.isnull().cast("float64").mean(),
            share_transshipped=surely(t.country_of_origin != t.country_of_export).cast("float64").mean(),
            first_day=t.day.min(),
            last_day=t.day.max(),
            **{f"n_{name}": t[name].nunique() for name in _COUNTED},
        )
        .order_by("taxpayer")
        .to_pyarrow()
    )
    return own


def _concentration(t: ir.Table, name: str, place: dict[str, int]) -> dict[str, Floats]:
    """Herfindahl's index and the largest share of an importer's value over the values of one column."""
    by = t.filter(t[name].notnull()).group_by("taxpayer", name).agg(v=t.value.sum())
    agg = by.group_by("taxpayer").agg(total=by.v.sum(), squares=(by.v * by.v).sum(), largest=by.v.max()).to_pyarrow()
    total = np.maximum(_floats(agg["total"]), 1.0)
    at = _places(agg["taxpayer"], place)
    return {
        f"hhi_{name}": _spread(_floats(agg["squares"]) / total**2, at, len(place)),
        f"top_share_{name}": _spread(_floats(agg["largest"]) / total, at, len(place)),
    }


def _growth(t: ir.Table, place: dict[str, int]) -> dict[str, Floats]:
    """How an importer's value moved from quarter to quarter."""
    t = t.mutate(quarter=(t.day / QUARTER_DAYS).floor().cast("int64"))
    by = t.group_by("taxpayer", "quarter").agg(v=t.value.sum()).to_pyarrow()
    if by.num_rows == 0:
        return {name: np.zeros(0) for name in ("surge", "fall", "last_year_share", "active_quarters", "unevenness")}
    quarter = by["quarter"].to_numpy().astype(np.int64)
    quarter -= quarter.min()
    value = np.zeros((len(place), int(quarter.max()) + 1))
    value[_places(by["taxpayer"], place), quarter] = _floats(by["v"])
    before = np.stack([_lagged(value, lag) for lag in range(1, 5)]).mean(axis=0)
    total = np.maximum(value.sum(axis=1), 1.0)
    # The first year has no year before it to grow from.
    grown = np.log((value + SMALL_QUARTER_USD) / (before + SMALL_QUARTER_USD))[:, min(4, value.shape[1] - 1) :]
    return {
        "surge": grown.max(axis=1),
        "fall": grown.min(axis=1),
        "last_year_share": value[:, -4:].sum(axis=1) / total,
        "active_quarters": (value > 0).sum(axis=1).astype(np.float64),
        "unevenness": value.std(axis=1) / np.maximum(value.mean(axis=1), 1.0),
    }


def _lagged(value: Floats, lag: int) -> Floats:
    return np.concatenate([np.zeros((len(value), lag)), value], axis=1)[:, : value.shape[1]]


def _past(facts: FactStore, place: dict[str, int]) -> dict[str, Floats]:
    """Actions of customs on an importer, and how many found fault."""
    a = facts.table("actions")
    a = a.filter(a.importer_number.notnull())
    adverse = surely(a.result.isin(("refused", "seized", "discrepant")))
    agg = (
        a.group_by(taxpayer=taxpayer(a.importer_number))
        .agg(
            actions=a.count(),
            adverse_actions=adverse.cast("int64").sum(),
            detained=surely(a.kind.isin(("hold", "detention", "refusal", "seizure"))).cast("int64").sum(),
            reexported=surely(a.kind == "reexport").cast("int64").sum(),
            action_ports=a.port_code.nunique(),
        )
        .to_pyarrow()
    )
    known = [i for i, one in enumerate(agg["taxpayer"].to_pylist()) if one in place]
    agg = agg.take(known)
    at = _places(agg["taxpayer"], place)
    return {
        name: np.nan_to_num(_spread(_floats(agg[name]), at, len(place)))
        for name in agg.column_names
        if name != "taxpayer"
    }


def _trade(t: ir.Table, place: dict[str, int]) -> Trade:
    by = (
        t.filter(t.manufacturer_id.notnull())
        .group_by("taxpayer", "manufacturer_id")
        .agg(v=t.value.sum(), first=t.day.min())
        .order_by("taxpayer", "manufacturer_id")
        .to_pyarrow()
    )
    names = sorted({str(name) for name in by["manufacturer_id"].to_pylist()})
    maker = _places(by["manufacturer_id"], {name: i for i, name in enumerate(names)})
    return Trade(
        tuple(names), _places(by["taxpayer"], place), maker, _floats(by["v"]), _floats(by["first"]).astype(np.int64)
    )


def _neighbours(trade: Trade, columns: dict[str, Floats]) -> dict[str, Floats]:
    """What an importer's makers and their other importers are like, and its place in the graph of both."""
    n, m = len(columns["lines"]), len(trade.makers)
    value = np.maximum(trade.value_usd, 1.0)
    customers = np.asarray(np.bincount(trade.maker, minlength=m), dtype=np.float64)
    sold = np.asarray(np.bincount(trade.maker, weights=value, minlength=m), dtype=np.float64)
    maker_first = np.full(m, np.inf)
    np.minimum.at(maker_first, trade.maker, trade.first_day.astype(np.float64))
    bought = np.bincount(trade.importer, weights=value, minlength=n)

    def mean_over_makers(of_makers: Floats) -> Floats:
        weighted = np.bincount(trade.importer, weights=value * of_makers[trade.maker], minlength=n)
        return np.where(bought > 0, weighted / np.maximum(bought, 1.0), np.nan)

    def mean_over_customers(of_importers: Floats) -> Floats:
        weighted = np.bincount(trade.maker, weights=value * of_importers[trade.importer], minlength=m)
        return np.asarray(weighted / np.maximum(sold, 1.0), dtype=np.float64)

    edges = sparse.coo_array((value, (trade.importer, trade.maker + n)), shape=(n + m, n + m)).tocsr()
    both = (edges + edges.T).tocsr()
    _, component = connected_components(both, directed=False)
    return {
        "makers_customers": mean_over_makers(customers),
        "makers_value_usd": mean_over_makers(sold),
        "makers_first_day": mean_over_makers(np.where(np.isfinite(maker_first), maker_first, 0.0)),
        "share_of_makers_sales": mean_over_makers(1.0 / np.maximum(customers, 1.0)),
        "customers_first_day": mean_over_makers(mean_over_customers(columns["first_day"])),
        "customers_adverse_actions": mean_over_makers(mean_over_customers(columns["adverse_actions"])),
        "customers_surge": mean_over_makers(mean_over_customers(columns["surge"])),
        "customers_under_order": mean_over_makers(mean_over_customers(columns["share_under_order"])),
        "page_rank": _page_rank(both)[:n],
        "component": np.bincount(component)[component[:n]].astype(np.float64) if n else np.zeros(0),
    }


def _page_rank(links: sparse.csr_array, *, rounds: int = 30) -> Floats:
    """The share of a random walk along trade, weighted by value, that is at each party."""
    n = links.shape[0]
    out = np.asarray(links.sum(axis=1)).ravel()
    step = sparse.diags_array(1.0 / np.maximum(out, 1.0)) @ links
    rank = np.full(n, 1.0 / max(n, 1))
    for _ in range(rounds):
        rank = (1 - DAMPING) / max(n, 1) + DAMPING * (step.T @ rank)
    return np.asarray(rank, dtype=np.float64)


def _identifiers(facts: FactStore, place: dict[str, int]) -> tuple[dict[str, Floats], Ints]:
    """What is on record: versions, age, who else holds the same, and the components that this makes."""
    p = facts.table("party_records")
    p = p.filter(p.identifier.notnull(), surely(p.role.isin(("importer", "consignee"))))
    p = p.mutate(taxpayer=taxpayer(p.identifier))
    n = len(place)
    agg = (
        p.group_by("taxpayer")
        .agg(records=p.count(), names=p.name.nunique(), bonds=p.bond_number.nunique(),
             established_day=p.established_on.min().epoch_days())
        .to_pyarrow()
    )  # fmt: skip
    agg = agg.take([i for i, one in enumerate(agg["taxpayer"].to_pylist()) if one in place])
    at = _places(agg["taxpayer"], place)
    told = {name: _spread(_floats(agg[name]), at, n) for name in agg.column_names if name != "taxpayer"}
    values = {name: p.select("taxpayer", held=p[name]) for name in ("phone", "email", "registered_agent")}
    values["address"] = p.select(
        "taxpayer", held=p.address + "|" + ibis.coalesce(p.postal_code, p.city, ibis.literal(""))
    )
    values["officer"] = p.select("taxpayer", held=p.officers.unnest())
    left, right = [], []
    for name in _IDENTIFYING:
        t = values[name]
        t = t.filter(t.held.notnull()).mutate(held=t.held.lower().strip()).distinct()
        pairs = t.order_by("held", "taxpayer").to_pyarrow()
        pairs = pairs.take([i for i, one in enumerate(pairs["taxpayer"].to_pylist()) if one in place])
        who = _places(pairs["taxpayer"], place)
        code = pairs["held"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
        holders = np.bincount(code)[code] if len(code) else np.zeros(0, dtype=np.int64)
        most = np.full(n, np.nan)
        np.fmax.at(most, who, holders.astype(np.float64))
        told[f"holders_{name}"] = most
        if name == "registered_agent":  # a service's by its nature
            continue
        starts = np.flatnonzero(np.diff(code, prepend=-1) != 0)
        first = np.repeat(starts, np.diff(np.append(starts, len(code))))
        rare = (holders > 1) & (holders <= MOST_HOLDERS)
        left.append(who[first][rare])
        right.append(who[rare])
    a, b = np.concatenate(left), np.concatenate(right)
    ties = sparse.coo_array((np.ones(len(a)), (a, b)), shape=(n, n))
    _, sharing = connected_components(ties, directed=False) if n else (0, np.zeros(0, dtype=np.int64))
    told["sharing"] = np.bincount(sharing)[sharing].astype(np.float64) if n else np.zeros(0)
    return told, sharing.astype(np.int64)


def _places(column: "pa.ChunkedArray[pa.StringScalar]", place: dict[str, int]) -> Ints:
    return np.array([place[str(value)] for value in column.to_pylist()], dtype=np.int64)


def _floats(column: "pa.ChunkedArray[pa.Scalar[Any]]") -> Floats:
    return column.cast(pa.float64()).to_numpy().astype(np.float64)


def _spread(values: Floats, at: Ints, n: int) -> Floats:
    """Values at their places among n, NaN elsewhere."""
    spread = np.full(n, np.nan)
    spread[at] = values
    return spread


def _most(values: Floats) -> float:
    return float(np.nanmax(values)) if len(values) else 0.0
