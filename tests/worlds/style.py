"""How three worlds differ: how long, how large, how tidy, how quick those who evade are.

Invariant: a style is numbers and choices only; every mechanism reads them from here.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Style:
    """One kind of world. Shares are 0 to 1, days whole days."""

    name: str
    first_day: date
    months: int
    ports: int
    sizes: str  # of importers: lognormal | zipf | few_large
    lots: str  # packages of a lot: lognormal | containers | gamma
    lines_an_importer: int
    one_line_entries: bool
    numbers: str  # on entry lines: suffix | bare (EIN without suffix) | digits (no hyphen either)
    missing_share: float  # of the cells that may be empty
    mid_slips: float  # share of entry lines with a maker misspelt
    weight_step_kg: float
    weight_noise: float
    value_noise: float
    recurs_alike: float  # share of lots that are the relation's usual lot to the kilogram
    bills_share: float  # of ocean entries whose bill of lading we hold
    records_share: float  # of parties with a record
    season: float  # share of trade that the low season loses
    port_swing: float  # share of quarters in which an importer uses one of its ports alone
    file_format: str  # csv | parquet
    tells_known_at: bool
    identifiers_shared: float  # share of schemes that share a phone, officer or address
    matched_bills: float  # share of rings whose way in can be seen on foreign bills
    transit_days: tuple[int, int]
    reentry_days: tuple[int, int]  # from customs' stop until the goods are laden abroad for another port
    handover_days: tuple[int, int]  # from the old firm's end to the new one's beginning
    acted_on: float  # share of entries with an action
    positives: int  # of each kind, in a world of 200,000 lines


STYLES = {
    style.name: style
    for style in (
        Style(
            "harbour", date(2022, 1, 1), 36, ports=14, sizes="lognormal", lots="lognormal", lines_an_importer=45,
            one_line_entries=True, numbers="suffix", missing_share=0.07, mid_slips=0.02, weight_step_kg=10.0,
            weight_noise=0.03, value_noise=0.08, recurs_alike=0.10, bills_share=0.85, records_share=0.92, season=0.4,
            port_swing=0.1, file_format="csv", tells_known_at=True, identifiers_shared=0.55, matched_bills=0.55,
            transit_days=(14, 32), reentry_days=(8, 78), handover_days=(-45, 90), acted_on=0.05, positives=20,
        ),
        Style(
            "continental", date(2020, 1, 1), 60, ports=55, sizes="zipf", lots="gamma", lines_an_importer=65,
            one_line_entries=False, numbers="bare", missing_share=0.17, mid_slips=0.04, weight_step_kg=0.1,
            weight_noise=0.015, value_noise=0.15, recurs_alike=0.04, bills_share=0.65, records_share=0.8, season=0.25,
            port_swing=0.2, file_format="parquet", tells_known_at=True, identifiers_shared=0.5, matched_bills=0.5,
            transit_days=(18, 40), reentry_days=(15, 130), handover_days=(-55, 200), acted_on=0.035, positives=24,
        ),
        Style(
            "bazaar", date(2023, 1, 1), 24, ports=30, sizes="few_large", lots="containers", lines_an_importer=30,
            one_line_entries=False, numbers="digits", missing_share=0.28, mid_slips=0.06, weight_step_kg=1.0,
            weight_noise=0.06, value_noise=0.22, recurs_alike=0.25, bills_share=0.75, records_share=0.7, season=0.6,
            port_swing=0.05, file_format="csv", tells_known_at=False, identifiers_shared=0.45, matched_bills=0.45,
            transit_days=(5, 14), reentry_days=(5, 136), handover_days=(-30, 120), acted_on=0.07, positives=17,
        ),
    )
}  # fmt: skip
