"""The verb evaluate: how good the answers are, on data with known answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from api.cli.look import served
from api.cli.terminal import Terminal, terminal_of

if TYPE_CHECKING:
    from api.serving import Snapshot

_KINDS = ("findings", "prior", "retrieval", "extraction", "resolution", "names", "links")


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(evaluate)


def evaluate(
    context: typer.Context,
    kind: str = typer.Argument(help=f"What to measure: {', '.join(_KINDS)}."),
    path: Path = typer.Argument(help="Data with known answers: see docs/reference/cli.md."),
    run: Path | None = typer.Option(None, help="Retrieval: also write what was found, in TREC's form.", metavar="FILE"),
) -> None:
    """Measure findings or precedents against known ones, or search, extraction, resolution, names or links on yours."""
    if kind not in _KINDS:
        raise typer.BadParameter(f"{kind!r} cannot be measured; choose from: {', '.join(_KINDS)}.")
    if run is not None and kind != "retrieval":
        raise typer.BadParameter("--run is for evaluate retrieval.")
    terminal = terminal_of(context)
    measured = _measured(terminal, kind, path, run)
    if terminal.json:
        terminal.answer(measured)
        return
    if kind == "findings":
        _print(terminal, measured)
        return
    if kind == "extraction":
        _print_extraction(terminal, measured)
        return
    if kind == "links":
        _print_links(terminal, measured)
        return
    told = ((name, _figure(value)) for name, value in measured.items() if not isinstance(value, dict))
    terminal.table(("measured", "#value"), told)
    terminal.say("Shares are from 0 to 1; what each means stands in docs/reference/cli.md.")


def _measured(terminal: Terminal, kind: str, path: Path, run: Path | None) -> dict[str, Any]:
    """All but findings and precedents are measured on the given files alone; no home is needed or touched.

    Extraction knows the names of the home's parties, where there is a home that serves something; links lead to them
    where the files bring no parties.
    """
    if kind in ("findings", "prior"):
        with served(terminal) as (settings, now):
            return measure_findings(now, path) if kind == "findings" else _measure_prior(now, path, settings.home)
    if kind == "retrieval":
        return measure_embedded_retrieval(path, run=run)
    if kind == "extraction":
        return _measured_extraction(terminal, path)
    if kind == "links":
        return _measured_links(terminal, path)
    from graph.resolve.measure import measure_names, measure_resolution

    return measure_resolution(path) if kind == "resolution" else measure_names(path)


def _measured_extraction(terminal: Terminal, path: Path) -> dict[str, Any]:
    from api.extraction import known_names
    from ingest.extract.measure import measure_extraction, read_marked
    from ingest.extract.pipeline import Pipeline

    known = known_names(terminal.settings())
    return {"known_names": len(known), **measure_extraction(read_marked(path), Pipeline(known))}


def _measured_links(terminal: Terminal, path: Path) -> dict[str, Any]:
    from api.extraction import parties_on_file
    from graph.resolve.measure_links import brings_parties, measure_links

    if brings_parties(path):
        return measure_links(path)
    on_file = parties_on_file(terminal.settings())
    return measure_links(path, on_file.names, on_file.party_of)


_OF_LINKS = ("n", "of_nobody", "linked", "wrong", "precision", "coverage", "rest_top_1", "rest_claimed")


def _print_links(terminal: Terminal, measured: dict[str, Any]) -> None:
    rows = [("all", measured), *measured.get("families", {}).items()]
    told = [(family, *(_figure(of[name]) for name in _OF_LINKS)) for family, of in rows]
    terminal.table(("names", *(f"#{name}" for name in _OF_LINKS)), told)
    terminal.say("What each column means stands in docs/reference/extraction.md.")


_OF_EXTRACTION = ("n", "found", "precision", "recall", "f1", "precision_overlap", "recall_overlap", "f1_overlap")


def _print_extraction(terminal: Terminal, measured: dict[str, Any]) -> None:
    rows = [
        (kind, *(_figure(of[name]) for name in _OF_EXTRACTION))
        for kind, of in measured.items()
        if isinstance(of, dict) and of["n"]
    ]
    terminal.table(("kind", *(f"#{name}" for name in _OF_EXTRACTION)), rows)
    terminal.say(f"{measured['documents']} texts, read with {measured['known_names']} known names.")
    terminal.say("What each column means stands in docs/reference/extraction.md.")


def _measure_prior(now: "Snapshot", path: Path, home: Path) -> dict[str, Any]:
    from api.bench.prior import measure_prior
    from graph.report.prior.measure import read_cases

    return measure_prior(now, read_cases(path), home=home)


_OF_BASELINES = ("precision_at_50", "pr_auc", "pr_auc_importers", "recall_controllers")


def _print(terminal: Terminal, measured: dict[str, Any]) -> None:
    """One table a kind; its families, what its probabilities are worth and the baselines below it."""
    guesses = measured.get("baselines", {})
    for kind, of in measured.items():
        if kind == "baselines":
            continue
        numbers = [(name, _figure(value)) for name, value in of.items() if not isinstance(value, dict | list)]
        terminal.table((kind, "#measured"), numbers)
        shares = ("recall_families", "found"), ("false_positives", "accused")
        families = [
            (family, word, _figure(share)) for name, word in shares for family, share in of[name].items()
        ]  # fmt: skip
        terminal.table((f"{kind}, families", "what was", "#share"), families)
        worth = [(row["findings"], _figure(row["said"]), _figure(row["right"])) for row in of["reliability"]]
        terminal.table((f"#{kind}, findings", "#said on average", "#were right"), worth)
        compared = [
            (name, *(_figure(baseline[kind][column]) for column in _OF_BASELINES))
            for name, baseline in [("findings", measured), *guesses.items()]
            if kind in baseline
        ]
        terminal.table((f"{kind}, beside", *(f"#{column}" for column in _OF_BASELINES)), compared)
    terminal.say("Shares are from 0 to 1; what each measure means stands in docs/reference/evaluation.md.")


def _figure(value: object) -> object:
    return f"{value:.3f}" if isinstance(value, float) else "" if value is None else value


def measure_embedded_retrieval(folder: Path, *, run: Path | None = None) -> dict[str, Any]:
    """Search measured over an embedded index that is made for it and thrown away."""
    from tempfile import TemporaryDirectory

    from api import bootstrap
    from search.measure import measure_retrieval

    with TemporaryDirectory(prefix="tidewaiter-retrieval-") as made:
        return measure_retrieval(folder, bootstrap.embedded_search(Path(made)), Path(made), run=run)


def measure_findings(now: "Snapshot", path: Path, *, beside_baselines: bool = True) -> dict[str, Any]:
    """Precision, recall and calibration of the served findings, by kind and for all, beside baselines."""
    from graph.detect.evaluate import evaluate_findings

    members = tuple({member.entity for one in now.findings.all for member in one.members})
    known = {entity_id: entity.identifiers for entity_id, entity in now.view.entities(members).items()}
    facts = now.facts if beside_baselines else None
    return evaluate_findings(now.findings.all, path, facts=facts, identifiers=known)
