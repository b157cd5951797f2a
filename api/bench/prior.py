"""How good and how quick the gate is, over simulated worlds whose precedents are known, beside two plain ways to ask.

The plain ways are what an analyst has without it: the issues that name the very number, newest first; and the search
box with the same numbers and words typed into it. Invariant: all three answer the same questions of the same
generation, and are judged by the same rule.
"""

import os
import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.answers.prior import prior_answer
from api.bench.measure import time_in_turn
from api.bench.spine import embedded, served
from api.client import Client
from api.refresh import refresh
from api.schemas import PriorAnswer, PriorRequest
from api.serving import Snapshot
from api.settings import Settings
from graph.model.identifiers import HtsNumber
from graph.report.prior.measure import FIRST, Case, Shown, judge, read_cases
from graph.store.generation import POINTER, Generations
from ingest.load import load
from ingest.simulator.simulate import VERSION, Size, simulate
from search.service import SearchService

# Worlds that no number of the gate's was set on.
SEEDS = tuple(range(9_001, 9_051))
AT_LEAST = 0.9  # of cases, a precedent among the first three; the same after a change of number or name
MOST_MS = 200.0
_SHOWN = 10
_WAYS = ("gate", "exact_number", "search_box")


def measure_prior(now: Snapshot, cases: Sequence[Case], *, home: Path) -> dict[str, Any]:
    """The gate's measures over the served generation (`graph.report.prior.measure.judge`), and under `baselines` those
    of the plain ways."""
    return judged(cases, answers_of(now, cases, home=home))


def answers_of(now: Snapshot, cases: Sequence[Case], *, home: Path) -> dict[str, list[list[Shown]]]:
    """What each way shows for each case."""
    return {
        "gate": [_shown(prior_answer(now, _request(case), home=home)) for case in cases],
        "exact_number": [_exact(now.search, case) for case in cases],
        "search_box": [_typed(now.search, case) for case in cases],
    }


def judged(cases: Sequence[Case], answers: Mapping[str, Sequence[Sequence[Shown]]]) -> dict[str, Any]:
    """The measures of all ways, the plain ones under `baselines`."""
    gate, *plain = (judge(cases, answers[way]) for way in _WAYS)
    return {**gate, "baselines": dict(zip(_WAYS[1:], plain, strict=True))}


def run(
    folder: Path, *, seeds: Sequence[int], size: Size, said: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """The measures over the worlds of these seeds together, and `http_ms`: how long one answer takes over HTTP in the
    last of them, asked by one client of a service in a process of its own, beside the search box."""
    cases: list[Case] = []
    answers: dict[str, list[list[Shown]]] = {way: [] for way in _WAYS}
    http_ms: dict[str, float] = {}
    for number, seed in enumerate(seeds):
        world, home = folder / f"prior-{seed}-{size}", folder / f"prior-home-{seed}-{size}"
        said(f"world {number + 1} of {len(seeds)}, seed {seed}")
        if not (world / "truth" / "precedents.jsonl").exists():
            simulate(world, seed=seed, size=size)
        settings, moment = embedded(home), datetime.now(UTC)
        if not (home / POINTER).exists():
            shutil.rmtree(home, ignore_errors=True)
            load([world], home=home, now=moment)
            refresh(settings, now=moment)
        mine = read_cases(world)
        now = Snapshot(settings, Generations(home).current())
        try:
            for way, some in answers_of(now, mine, home=home).items():
                answers[way] += some
        finally:
            now.close()
        cases += mine
        if number == len(seeds) - 1:
            http_ms = _over_http(settings, mine)
    return {**judged(cases, answers), "http_ms": http_ms, "worlds": len(seeds), "size": size}


def _over_http(settings: Settings, cases: Sequence[Case]) -> dict[str, float]:
    """Milliseconds of an answer of the gate, and of the search box to the same question, asked in turn; and how many
    processes wanted a processor meanwhile."""
    with served(settings) as url, Client(url) as client:
        calls = [lambda case: client.prior(_request(case)), lambda case: client.search(_words(case), kinds=("issue",))]
        gate, box = time_in_turn(calls, cases)
    return {
        "gate_p50": round(gate.p50_ms, 1), "gate_p99": round(gate.p99_ms, 1), "search_box_p50": round(box.p50_ms, 1),
        "search_box_p99": round(box.p99_ms, 1), "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def _request(case: Case) -> PriorRequest:
    return PriorRequest.model_validate({**case.query, "limit": _SHOWN})


def _shown(answer: PriorAnswer) -> list[Shown]:
    return [
        Shown(
            one.issue_id, one.alike,
            any(reason.kind in ("importer", "manufacturer") and reason.opens for reason in one.reasons),
        )
        for one in answer.precedents
    ]  # fmt: skip


def _exact(search: SearchService, case: Case) -> list[Shown]:
    """Issues that name the number asked about, newest first; of goods and ports, issues that name all of them."""
    fields = {"importer": "importer", "manufacturer": "manufacturer"}
    parties = {fields[name]: values for name, values in case.query.items() if name in fields}
    rest = {name: values for name, values in case.query.items() if name in ("hts", "port")}
    if not parties and not rest:
        return []
    found = search.search("", kinds=("issue",), filters=parties or rest, sort="date", facets=(), limit=_SHOWN)
    return [Shown(hit.id.partition(":")[2]) for hit in found.items]


def _typed(search: SearchService, case: Case) -> list[Shown]:
    """The search box with everything typed into it."""
    found = search.search(_words(case), kinds=("issue",), facets=(), limit=_SHOWN)
    return [Shown(hit.id.partition(":")[2]) for hit in found.items]


def _words(case: Case) -> str:
    """A question as one types it."""
    return " ".join(
        str(HtsNumber.parse(value)) if name == "hts" else f"port {value}" if name == "port" else value
        for name, values in case.query.items()
        for value in ([values] if isinstance(values, str) else values)
    )


def as_markdown(measured: Mapping[str, Any], *, command: str) -> str:
    """The measures as a page: against what must be reached, beside the plain ways, by family and by band."""
    ways = {"the gate": measured, **{name.replace("_", " "): of for name, of in measured["baselines"].items()}}
    http_ms = measured["http_ms"]
    reached = [
        ("first_three", measured["first_three"], f"{AT_LEAST}"),
        ("first_three_after_a_change", measured["first_three_after_a_change"], f"{AT_LEAST}"),
        ("over HTTP, ms at the median", http_ms.get("gate_p50"), f"under {MOST_MS:.0f} on a machine at rest"),
        ("over HTTP, ms of the slowest in a hundred", http_ms.get("gate_p99"), ""),
        ("the search box over HTTP, in turn, ms at the median", http_ms.get("search_box_p50"), ""),
        ("processes that wanted a processor meanwhile", http_ms.get("load"), ""),
    ]
    columns = ("cases", "first", "first_three", "mrr", "cases_after_a_change", "first_three_after_a_change",
               "look_alikes", "accused")  # fmt: skip
    lines = [
        "# How good the gate before an intervention is",
        "",
        f"Written by {command}: {measured['worlds']} {measured['size']} worlds of simulator v{VERSION}, "
        f"one run on one machine. Here: {os.cpu_count()} processors, Python {platform.python_version()}, "
        f"{platform.system()}.",
        "What each measure means stands in docs/reference/evaluation.md.",
        "",
        *_table(("measure", "measured", "to reach"), reached),
        "## Beside plain ways to ask",
        "",
        *_table(("measure", *ways), [(name, *(of[name] for of in ways.values())) for name in columns]),
        f"## By family, a precedent among the first {FIRST}",
        "",
        *_table(
            ("family", "cases", *ways),
            [
                (family, one["cases"], *(of["families"][family]["first_three"] for of in ways.values()))
                for family, one in measured["families"].items()
            ],
        ),
        "## What the scores are worth",
        "",
        f"Of the issues among the first {FIRST}, by how alike they were said to be: how many are known precedents. The "
        "others may bear on the question too; that is not known of them.",
        "",
        *_table(
            ("said", "shown", "known precedents"),
            [(word, one["shown"], one["right"]) for word, one in measured["bands"].items()],
        ),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    shown = [[_cell(cell) for cell in row] for row in rows]
    return [f"| {' | '.join(header)} |", "|---" * len(header) + "|", *(f"| {' | '.join(row)} |" for row in shown), ""]


def _cell(value: object) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
