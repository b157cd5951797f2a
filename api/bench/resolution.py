"""How long resolution takes: invented party records, with the answers known, end to end.

Invariant: records are made from a seed, so that two runs measure the same work, and their spellings are varied
without any table that resolution reads names by.
"""

import random
import string
import time
from collections.abc import Iterator

import pyarrow as pa

from api.bench.measure import peak_memory_mib
from graph.resolve.measure import agreement
from graph.resolve.records import SCHEMA
from graph.resolve.resolve import resolve_records

SEED = 20_260_101
RECORDS = 200_000
_TARGET_S = 120
_FORMS = ("LLC", "Inc.", "Corp", "Co., Ltd.", "Limited", "GmbH", "S.A.", "Pvt. Ltd.")
_TRADES = ("Trading", "International", "Industrial", "Import Export", "Furniture", "Textile", "Electronics", "Foods")
_CITIES = ("Newark", "Houston", "Ningbo", "Shenzhen", "Hanoi", "Hamburg", "Monterrey", "Busan", "Mumbai", "Savannah")
_STREETS = ("Harbor", "Industrial", "Market", "Commerce", "Station", "Garden", "Mill", "Park", "Church", "Victory")


def run() -> Iterator[dict[str, str | int | float]]:
    """One row: seconds, records, parties, how well they agree with the truth, and peak memory."""
    records, truth = invented_records(RECORDS, seed=SEED)
    began = time.perf_counter()
    resolved = resolve_records(records)
    seconds = time.perf_counter() - began
    party = resolved.party_of()
    agreed = agreement([party[record] for record in truth], list(truth.values()))
    yield {
        "measure": "resolve party records", "records": RECORDS,
        "seconds": round(seconds, 1), "target_seconds": _TARGET_S,
        "parties": agreed["clusters"], "true_parties": agreed["true_clusters"],
        "pairwise_f1": round(agreed["pairwise_f1"], 4), "peak_mib": round(peak_memory_mib()),
    }  # fmt: skip


def invented_records(count: int, *, seed: int) -> tuple[pa.Table, dict[str, str]]:
    """So many records of some half as many firms, and the firm behind each record."""
    choose = random.Random(seed)  # noqa: S311 - invented records, no secret
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "an", "ar", "e", "en", "i", "in", "o", "or", "u", "un")]
    columns: dict[str, list[object]] = {name: [] for name in SCHEMA.names}
    truth: dict[str, str] = {}
    firm = 0
    while len(truth) < count:
        firm += 1
        name = "".join(choose.choices(syllables, k=choose.choice((2, 3, 3, 4)))).title()
        name += f" {choose.choice(_TRADES)} {choose.choice(_FORMS)}"
        number = choose.randrange(1, 9_999)
        facts = {
            "address": f"{number} {choose.choice(_STREETS)}{choose.choice(('', ' North', ' East'))} Street",
            "city": choose.choice(_CITIES), "postal_code": f"{choose.randrange(10_000, 99_999)}",
            "country": choose.choice(("US", "US", "CN", "VN", "DE", "MX", "KR", "IN")),
            "phone": f"{choose.randrange(10**9, 10**10)}",
            "officer": f"{choose.choice(syllables).title()} {''.join(choose.choices(syllables, k=2)).title()}",
        }  # fmt: skip
        for _ in range(choose.choice((1, 1, 2, 2, 2, 4))):
            if len(truth) == count:
                break
            record = f"party_records:B{len(truth):07d}"
            truth[record] = str(firm)
            row: dict[str, object] = {
                "record": record, "kind": "company", "key": record,
                "names": [_slip(choose, name) if choose.random() < 0.3 else name],
                "addresses": [_slip(choose, facts["address"]) if choose.random() < 0.2 else facts["address"]],
                "city": facts["city"], "postal_code": facts["postal_code"], "country": facts["country"],
                "phone": facts["phone"] if choose.random() < 0.7 else None,
                "officers": [facts["officer"]] if choose.random() < 0.6 else [], "rows": [record],
            }  # fmt: skip
            for column, values in columns.items():
                values.append(row.get(column))
    return pa.table(columns, schema=SCHEMA.to_pyarrow()), truth


def _slip(choose: random.Random, text: str) -> str:
    """A slip of the hand: a letter lost, doubled, changed or moved."""
    at = choose.randrange(1, len(text) - 1)
    return choose.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + choose.choice(string.ascii_lowercase) + text[at + 1 :],
            text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
        )
    )
