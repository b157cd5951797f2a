"""Orders that come about within a simulated world: petition, preliminary determination, order.

The real orders of `codes/orders.csv` are older than any world; trade that turns away from an order is seen only
where a petition falls into the world's months. Invariant: such orders are invented, and their case numbers have
a product part from 300 to 399, so that no real case is meant.
"""

from dataclasses import replace

import numpy as np

from ingest.simulator.reference import Order, Reference, read_case_codes
from ingest.simulator.streams import stream

MONTHS_PER_ORDER = 1.2  # a petition is filed so often
_NEIGHBOURS = ("MX", "CA")  # their goods come by road, and nobody takes their place
_FIRST_PETITION_DAYS = 170  # after the world's first day
_LAST_PETITION_DAYS = 230  # before its last one
_COMPANION = 0.35  # share of antidumping orders with a countervailing one
_DUMPED = (0.62, 0.9)  # price of goods that an order is about, against a fair one
_FIRST_NUMBER = 300
_NUMBERS = 50  # pairs of case numbers that are free


def with_new_orders(seed: int, reference: Reference, *, begin: int, end: int) -> Reference:
    """The same lists, with the orders that are petitioned for between two days (since 1970)."""
    rng = stream(seed, "new_orders")
    codes = [country.code for country in reference.countries]
    case_codes = read_case_codes()
    neighbour = np.array([code in _NEIGHBOURS for code in codes])
    share = reference.origin_weight / reference.origin_weight.sum(axis=1, keepdims=True)
    elsewhere = (reference.origin_weight > 0) & ~neighbour[None, :]
    ordered = reference.ad_order.max(axis=1) >= 0
    free = elsewhere & ~ordered[:, None] & (elsewhere.sum(axis=1) >= 3)[:, None]
    weight = np.where(free, share**1.5, 0.0)
    wanted = round((end - begin) / 30.4 / MONTHS_PER_ORDER)
    orders, ad, cv = list(reference.orders), reference.ad_order.copy(), reference.cv_order.copy()
    dumped = reference.dumped.copy()
    numbers = _FIRST_NUMBER + 2 * rng.permutation(_NUMBERS)[:wanted]
    for number in numbers.tolist():
        product, origin = divmod(int(rng.choice(weight.size, p=weight.ravel() / weight.sum())), len(codes))
        hts = reference.hts_numbers[product]
        alike = [
            place
            for place, other in enumerate(reference.hts_numbers)
            if place != product and other[:4] == hts[:4] and weight[place, origin] > 0
        ]
        products = [product, *(alike[:1] if rng.random() < 0.4 else [])]
        weight[products] = 0
        petition = int(begin + rng.integers(_FIRST_PETITION_DAYS, end - begin - _LAST_PETITION_DAYS))
        preliminary = petition + int(rng.integers(140, 215))
        final = preliminary + int(rng.integers(75, 230))
        rate = round(float(np.exp(rng.uniform(np.log(18), np.log(280)))), 2)
        dumped[products, origin] = float(rng.uniform(*_DUMPED))
        case = f"{case_codes[codes[origin]]}-{number}"
        names = reference.descriptions[product].capitalize()
        prefixes = tuple(reference.hts_numbers[place] for place in products)
        ad[products, origin] = len(orders)
        orders.append(Order(f"A-{case}", names, codes[origin], prefixes, petition, preliminary, final, rate, rate))
        if rng.random() < _COMPANION:
            subsidy = round(float(rng.uniform(4, 60)), 2)
            case = f"{case_codes[codes[origin]]}-{number + 1}"
            cv[products, origin] = len(orders)
            early = petition + int(rng.integers(85, 135))
            orders.append(Order(f"C-{case}", names, codes[origin], prefixes, petition, early, final, subsidy, subsidy))
    return replace(reference, orders=tuple(orders), ad_order=ad, cv_order=cv, dumped=dumped)
