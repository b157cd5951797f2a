"""The names that resolved parties go by: every spelling on file, on orders and on bills, with the party's id.

Invariant: names are those of the records that the resolution joined; a party of which no record has a name has none.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from graph.facts.store import FactStore
from graph.resolve.records import records_to_resolve
from graph.resolve.resolved import RECORDS, texts
from graph.resolve.words import says_nothing


def party_names(facts: FactStore, folder: Path) -> Iterator[tuple[str, str]]:
    """Each name and the key of the party that bears it, a pair once, from the resolution written into the folder."""
    read = pq.read_table(folder / RECORDS, columns=["record", "party"])
    party_of = dict(zip(texts(read["record"]), texts(read["party"]), strict=True))
    told: set[tuple[str, str]] = set()
    named = records_to_resolve(facts).select("record", "names").to_pyarrow()
    for record, names in zip(texts(named["record"]), named["names"].to_pylist(), strict=True):
        pairs = ((name, party_of[record]) for name in names or () if name and record in party_of)
        for name, party in pairs:
            if (name, party) not in told and not says_nothing(name):
                told.add((name, party))
                yield name, party
