"""How good the findings are, over worlds that no detector was fitted on, all ranked in one list.

Worlds are simulated from seeds of their own, some with nothing planted, or are folders that others made: tables, and
the truth beside them in `truth/schemes.jsonl`. Baselines guess about the same worlds in the same run.

Invariant: truth is opened after all detectors have answered; what is printed is what was measured, also when it falls
short of the target.
"""

import os
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.bench.measure import seconds
from graph.detect.detector import detect
from graph.detect.evaluate import JudgedWorld, evaluate_together
from graph.detect.truth import read_schemes
from graph.facts.duckdb import DuckDbFactStore
from graph.model.errors import Invalid
from graph.model.finding import Finding
from ingest.load import load
from ingest.simulator.simulate import VERSION, Size, simulate

# No calibration and no test is made on these.
PLANTED_SEEDS = tuple(range(7_001, 7_051))
EMPTY_SEEDS = tuple(range(8_001, 8_051))

# What the findings of each kind must reach, at least; and at most.
AT_LEAST: Mapping[str, Mapping[str, float]] = {
    "port_shopping": {"precision_at_50": 0.9, "recall_controllers": 0.8},
    "identity_change": {"precision_at_50": 0.9, "recall_controllers": 0.8},
    "transshipment_ring": {"precision_at_50": 0.85, "recall_controllers": 0.7},
}
MOST_FALSE = 0.1
MOST_LOOK_ALIKES = 0.05
TIMES_BOOSTING = 1.3

_SHOWN = (
    "findings", "queue", "schemes", "schemes_found", "duplicates", "precision_at_50", "precision_at_100",
    "precision_at_500", "pr_auc", "pr_auc_importers", "base_rate", "recall_schemes", "recall_members",
    "recall_entries", "recall_controllers", "recall_duty", "queue_fdp", "queue_other_kinds", "null_worlds",
    "null_fdr", "brier", "brier_base_rate", "days_to_finding_p50", "days_to_finding_p90",
)  # fmt: skip
_OF_BASELINES = ("precision_at_50", "precision_at_100", "pr_auc", "pr_auc_importers", "recall_controllers")


def run(
    folder: Path,
    *,
    planted: int,
    empty: int,
    size: Size,
    given: Sequence[Path] = (),
    given_empty: Sequence[Path] = (),
    said: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """The measures of `evaluate_together` over simulated worlds (`planted` with schemes, `empty` without), or over
    the given folders alone; beside them `worlds`, one row each. In those `given_empty` nothing is planted.

    Raises `Invalid` where there is no world to measure, `Unavailable` where a given one has no truth.
    """
    theirs = [*((path, True) for path in given), *((path, False) for path in given_empty)]
    for path in given:
        read_schemes(path)  # so that a missing truth is told before hours of work
    sources = theirs or list(_simulated(folder, planted, empty, size))
    if not sources:
        raise Invalid("There is no world to measure.", thing="worlds", value="0", next_step="Ask for one at least.")
    worlds: list[dict[str, Any]] = []
    with ExitStack() as stack:
        answered: list[tuple[DuckDbFactStore, list[Finding]]] = []
        for number, (source, _) in enumerate(sources):
            home = folder / "homes" / (f"given-{number}" if theirs else source.name)
            loaded_s = 0.0
            if theirs or not (home / "facts").exists():
                shutil.rmtree(home, ignore_errors=True)
                loaded_s = seconds(lambda: load([source], home=home, now=datetime.now(UTC)))  # noqa: B023
            facts = stack.enter_context(closing(DuckDbFactStore(home)))
            listed: list[Finding] = []
            took_s = seconds(lambda: listed.extend(detect(facts)))  # noqa: B023
            answered.append((facts, listed))
            worlds.append(
                {
                    "world": source.name, "lines": facts.counts().rows.get("entry_lines", 0), "findings": len(listed),
                    "load_s": round(loaded_s, 1), "detect_s": round(took_s, 1),
                }
            )  # fmt: skip
            said("  ".join(f"{key}={value}" for key, value in worlds[-1].items()))
        judged = [
            JudgedWorld(findings, read_schemes(source) if with_truth else (), facts)
            for (facts, findings), (source, with_truth) in zip(answered, sources, strict=True)
        ]
        said("baselines")
        return {"worlds": worlds, **evaluate_together(judged)}


def _simulated(folder: Path, planted: int, empty: int, size: Size) -> Iterator[tuple[Path, bool]]:
    """Worlds made once and kept, and whether they have schemes; their names say what made them."""
    for seeds, some, with_schemes in ((PLANTED_SEEDS, planted, True), (EMPTY_SEEDS, empty, False)):
        for seed in seeds[:some]:
            name = f"{size}-v{VERSION}-{'planted' if with_schemes else 'empty'}-{seed}"
            out = folder / "worlds" / name
            if not (out / "truth" / "schemes.jsonl").exists():
                simulate(out, seed=seed, size=size, planted=with_schemes, file_format="parquet")
            yield out, with_schemes


def as_markdown(measured: Mapping[str, Any], *, command: str) -> str:
    """The measures as a page: against what they must reach, beside the baselines, by family and by probability."""
    kinds = [name for name in measured if name not in ("worlds", "baselines", "all")]
    lines = [
        "# How good the findings are",
        "",
        f"Written by {command}: one run on one machine. Here: {os.cpu_count()} processors, Python "
        f"{platform.python_version()}, {platform.system()}.",
        "What each measure means stands in docs/reference/evaluation.md.",
        "",
        "## Worlds, ranked together",
        "",
        *_table([list(world.values()) for world in measured["worlds"]], header=list(measured["worlds"][0])),
        "## What must be reached",
        "",
        *_table(list(_targets(measured, kinds)), header=["kind", "measure", "measured", "to reach", "reached"]),
        "## Measures",
        "",
        *_table(
            [[name, *(measured[kind][name] for kind in (*kinds, "all"))] for name in _SHOWN],
            header=["measure", *kinds, "all"],
        ),
        "## Baselines in the same run",
        "",
        *_table(
            [
                [kind, name, *(of.get(kind, {}).get(column) for column in _OF_BASELINES)]
                for kind in kinds
                for name, of in [("findings", measured), *measured.get("baselines", {}).items()]
            ],
            header=["kind", "who", *_OF_BASELINES],
        ),
        "## Families",
        "",
        "Of what was planted, the share that was found; of look-alikes, the share that was accused.",
        "",
        *_table(list(_families(measured, kinds)), header=["kind", "family", "schemes", "found", "accused"]),
        "## What the probabilities are worth",
        "",
        *_table(
            [
                [kind, row["findings"], row["said"], row["right"]]
                for kind in kinds
                for row in measured[kind]["reliability"]
            ],
            header=["kind", "findings", "said on average", "were right"],
        ),
    ]
    return "\n".join(lines)


def _targets(measured: Mapping[str, Any], kinds: Sequence[str]) -> Iterator[list[Any]]:
    """Kind, measure, figure, target and whether it is reached; no figure is not reached."""
    boosting = measured.get("baselines", {}).get("gradient_boosting", {})
    for kind in kinds:
        of = measured[kind]
        for name, least in AT_LEAST.get(kind, {}).items():
            yield [kind, name, of[name], f"at least {least}", _yes(of[name] is not None and of[name] >= least)]
        yield [kind, "queue_fdp", of["queue_fdp"], f"at most {MOST_FALSE}", _yes(of["queue_fdp"] <= MOST_FALSE)]
        if of["null_worlds"]:
            most = MOST_FALSE + 2 * (MOST_FALSE * (1 - MOST_FALSE) / of["null_worlds"]) ** 0.5
            yield [kind, "null_fdr", of["null_fdr"], f"at most {most:.2f}", _yes(of["null_fdr"] <= most)]
        worst = max(of["false_positives"].values(), default=0.0)
        yield [
            kind, "false_positives, worst family", worst, f"at most {MOST_LOOK_ALIKES}",
            _yes(worst <= MOST_LOOK_ALIKES),
        ]  # fmt: skip
        if of["brier"] is not None:
            yield [kind, "brier", of["brier"], f"below {_cell(of['brier_base_rate'])}",
                   _yes(of["brier"] < of["brier_base_rate"])]  # fmt: skip
        for name in ("pr_auc", "pr_auc_importers"):
            theirs = boosting.get(kind, {}).get(name)
            if theirs is not None:
                least = TIMES_BOOSTING * theirs
                yield [kind, name, of[name], f"at least {least:.3f}", _yes(of[name] is not None and of[name] >= least)]


def _families(measured: Mapping[str, Any], kinds: Sequence[str]) -> Iterator[list[Any]]:
    for kind in kinds:
        of = measured[kind]
        for family, schemes in of["families"].items():
            yield [kind, family, schemes, of["recall_families"].get(family), of["false_positives"].get(family)]


def _table(rows: Sequence[Sequence[Any]], *, header: Sequence[str]) -> list[str]:
    lines = [header, ["---"] * len(header), *([_cell(value) for value in row] for row in rows)]
    return [*(f"| {' | '.join(line)} |" for line in lines), ""]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _yes(reached: bool) -> str:  # noqa: FBT001 - a word for it
    return "yes" if reached else "no"
