"""The table of actions: what customs did, and later, in a second version of the row, what came of it.

Invariant: a version says only what was known on its `known_at`: no result, and no entry, that came later.
"""

from pathlib import Path

import numpy as np

from ingest.simulator.actions import REMARKS
from ingest.simulator.numbering import Numbers, taken
from ingest.simulator.reference import Array
from ingest.simulator.streams import stream
from ingest.simulator.tables.file import Cells, FileFormat, days, money, pick, table_file, whole
from ingest.simulator.world import ACTION_KINDS, AREAS, RESULTS, TARGETING, World

_MISSING = {"entry_number": 0.1, "bill_number": 0.2, "container_number": 0.35, "manufacturer_id": 0.2,
            "importer_number": 0.03, "line_number": 0.7, "team": 0.25, "targeting": 0.08}  # fmt: skip


def action_ids(world: World) -> list[str]:
    """The id of each action, counted in order of date."""
    actions = world.actions
    rank = np.empty(len(actions["date"]), dtype=np.int64)
    rank[np.lexsort((actions["serial"], actions["date"]))] = np.arange(len(rank))
    return [f"ACT{number:08d}" for number in 10_000_001 + rank * 3]


def write_actions(folder: Path, file_format: FileFormat, world: World, numbers: Numbers) -> int:
    """Write every version known by the world's end, in the order in which they became known; how many rows."""
    actions, parties, reference = world.actions, world.parties, world.reference
    count = len(actions["date"])
    cells = stream(world.seed, "action_cells")
    gone = {name: cells.random(count) < share for name, share in _MISSING.items()}
    row = np.arange(count)
    first = actions["date"] + actions["known_lag"]
    late = actions["result_lag"] > 0
    row = np.concatenate([row, row[late]])
    final = np.concatenate([~late, np.ones(late.sum(), dtype=np.bool_)])
    known = np.where(final, first[row] + actions["result_lag"][row], first[row])
    order = np.lexsort((actions["serial"][row], known))
    order = order[known[order] <= world.end]
    row, final, known = row[order], final[order], known[order]
    lot = actions["lot"][row]
    none = lot < 0
    at = np.maximum(lot, 0)
    filed = numbers.first_entry[at] >= 0
    entry_unknown = none | ~filed | (numbers.known[at] > known) | gone["entry_number"][row]
    ids, teams = action_ids(world), [f"{700 + number}" for number in range(100)]
    result = np.where(final, actions["result"][row], RESULTS.index("pending"))
    open_question = ~final | (actions["area"][row] < 0)
    with table_file(folder, "actions", file_format) as file:
        file.write(
            {
                "action_id": pick(ids, row),
                "kind": pick(ACTION_KINDS, actions["kind"][row]),
                "action_date": days(actions["date"][row]),
                "port_code": pick(reference.port_codes, np.maximum(actions["port"][row], 0), actions["port"][row] < 0),
                "entry_number": taken(numbers.entry_number, np.maximum(numbers.first_entry[at], 0), entry_unknown),
                "line_number": whole(np.ones(len(row)), entry_unknown | gone["line_number"][row]),
                "bill_number": taken(numbers.bill_number, at, none | (gone["bill_number"][row] & filed)),
                "container_number": taken(numbers.container[0], at, none | gone["container_number"][row]),
                "importer_number": pick(
                    parties.importers.numbers, actions["importer"][row], gone["importer_number"][row] & filed & ~none
                ),
                "manufacturer_id": pick(
                    parties.makers.mids, world.lots["maker"][at], none | gone["manufacturer_id"][row]
                ),
                "targeting": pick(TARGETING, actions["targeting"][row], gone["targeting"][row]),
                "team": pick(teams, actions["lot"][row] % len(teams), gone["team"][row] | none),
                "result": pick(RESULTS, result),
                "discrepancy_area": pick(AREAS, np.maximum(actions["area"][row], 0), open_question),
                "severity": pick(
                    ("letter_of_law", "material"), np.maximum(actions["severity"][row], 0),
                    ~final | (actions["severity"][row] < 0),
                ),
                "value_change_usd": _change(actions["value_change"][row], final),
                "revenue_change_usd": _change(actions["revenue_change"][row], final),
                "remarks": pick(REMARKS, actions["remarks"][row], actions["remarks"][row] == 0),
                "known_at": days(known),
            }
        )  # fmt: skip
        return file.rows


def _change(usd: Array, final: Array) -> Cells:
    """A change of value or revenue, where there is one and it is known."""
    return money(np.rint(usd * 100), ~final | (usd == 0))
