"""Verbs that look: show, related, path, search, findings."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from api.cli.terminal import Terminal, day, money, parse_day, terminal_of

if TYPE_CHECKING:
    from api.schemas import EntityAnswer, FindingItem
    from api.serving import Snapshot
    from api.settings import Settings
    from search.query import Hit

_AS_OF = typer.Option(None, "--as-of", parser=parse_day, metavar="DATE", help="As known on that day.")
_LIMIT = typer.Option(20, min=1, max=1000, help="At most so many.")
_CURSOR = typer.Option("", help="The next_cursor of the page before.")


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command."""
    for verb in (show, related, path, search, findings):
        app.command()(verb)


@contextmanager
def served(terminal: Terminal) -> Iterator[tuple["Settings", "Snapshot"]]:
    """The settings and the generation in service."""
    from api.serving import Snapshot
    from graph.store.generation import Generations

    settings = terminal.settings()
    snapshot = Snapshot(settings, Generations(settings.home).current())
    try:
        yield settings, snapshot
    finally:
        snapshot.close()


def show(
    context: typer.Context,
    entity: list[str] = typer.Argument(help="An id (importer:12-345678900) or a number in any spelling."),
    as_of: date | None = _AS_OF,
) -> None:
    """Say who or what an entity, document or finding is."""
    from api.answers.entities import entity_answer, known_entity
    from api.answers.findings import find_finding, finding_items
    from api.answers.naming import find_id
    from api.answers.said import said_by_document

    terminal = terminal_of(context)
    text = " ".join(entity)
    with served(terminal) as (settings, now):
        if text.startswith("finding:"):
            found = finding_items([find_finding(now.findings, text)], now.view)[0]
            look(settings, "finding", found.id)
            terminal.answer(found) if terminal.json else _show_finding(terminal, found)
            return
        entity_id = find_id(text, now.view, home=settings.home)
        known = known_entity(now, entity_id, as_of=as_of)
        answer = entity_answer(known, as_of=as_of)
        if answer.kind == "document" and as_of is None:
            answer = answer.model_copy(update={"says": said_by_document(now.facts, answer.key)})
        look(settings, "entity", entity_id)
        if terminal.json:
            terminal.answer(answer)
            return
        counts = now.view.link_counts(entity_id) if as_of is None else {}
        _show_entity(terminal, answer, counts)


def related(
    context: typer.Context,
    entity: list[str] = typer.Argument(help="An id (case:A-570-918) or a number in any spelling."),
    *,
    link: list[str] = typer.Option([], help="Only over these links; repeatable."),
    kind: list[str] = typer.Option([], help="Only entities of these kinds; repeatable."),
    order: str = typer.Option("value", help="value, recency or count."),
    hops: int = typer.Option(1, min=1, max=3, help="How far."),
    limit: int = _LIMIT,
    cursor: str = _CURSOR,
    as_of: date | None = _AS_OF,
) -> None:
    """List who and what an entity is linked to, the strongest links first."""
    from api.answers.entities import related_answer, related_page
    from api.answers.naming import find_id
    from graph.model.entity import RelatedQuery

    terminal = terminal_of(context)
    with served(terminal) as (settings, now):
        entity_id = find_id(" ".join(entity), now.view, home=settings.home)
        query = RelatedQuery(
            entity_id, links=tuple(link), kinds=tuple(kind), order=_order(order), hops=hops, limit=limit, cursor=cursor
        )
        answer = related_answer(related_page(now, query, as_of=as_of))
        look(settings, "related", entity_id)
        if terminal.json:
            terminal.answer(answer)
            return
        terminal.table(
            ("link", "=entity", "name", "#records", "#value", "=first", "=last"),
            (
                (
                    ("" if one.hops == 1 else f"{one.hops} hops, ") + one.link_label
                    + (f" ({one.status})" if one.status else ""),
                    one.id, one.name, one.count, money(one.value_usd), day(one.first_date), day(one.last_date),
                )
                for one in answer.items
            ),
        )  # fmt: skip
        _close_page(terminal, len(answer.items), answer.total, answer.next_cursor)
        if answer.capped:
            terminal.say(f"Not walked through, because they join everything: {', '.join(answer.capped)}")


def path(
    context: typer.Context,
    source: str = typer.Argument(help="Where the way begins."),
    target: str = typer.Argument(help="Where it ends."),
    max_hops: int = typer.Option(6, min=1, max=6, help="No longer than this."),
    limit: int = typer.Option(5, min=1, max=20, help="At most so many ways."),
) -> None:
    """Find ways between two entities, those that avoid hubs first."""
    from api.answers.entities import paths_answer
    from api.answers.naming import find_id

    terminal = terminal_of(context)
    with served(terminal) as (settings, now):
        ends = [find_id(one, now.view, home=settings.home) for one in (source, target)]
        answer = paths_answer(now.view.paths(ends[0], ends[1], max_hops=max_hops, limit=limit))
        look(settings, "paths", " ".join(ends))
        if terminal.json:
            terminal.answer(answer)
            return
        for number, one in enumerate(answer.items, 1):
            terminal.say(f"{number}. {one.reason}")
            for entity in one.entities:
                terminal.say(f"     {entity.id}  {entity.name}")
        terminal.say(
            f"{answer.total} ways." if answer.items else f"No way of {max_hops} hops or fewer between these two."
        )


def search(
    context: typer.Context,
    query: list[str] = typer.Argument(None, help='Words, "phrases", identifiers, AND, OR, NOT.'),
    *,
    kind: str = typer.Option("", help="Only these kinds, a comma between two: ruling,lab_report,importer."),
    filter_: list[str] = typer.Option([], "--filter", help="field=value; repeatable."),
    facet: list[str] = typer.Option([], help="Count the values of this field; repeatable."),
    sort: str = typer.Option("relevance", help="relevance or date."),
    limit: int = _LIMIT,
    cursor: str = _CURSOR,
    like: str = typer.Option("", help="What is like this thing: document:NY-N301234.", metavar="ID"),
    why: bool = typer.Option(False, "--why", help="Also say of each hit why it was found."),
    every: bool = typer.Option(False, "--all", help="Every hit, however many: CSV, or one object a line with --json."),
    out: Path | None = typer.Option(None, help="With --all: the file to write; else stdout.", metavar="FILE"),
) -> None:
    """Find documents, entities and findings."""
    from time import perf_counter

    from api.answers.naming import normal_id
    from api.answers.searches import filters_of, party_names, plain_passage, search_answer

    if sort not in ("relevance", "date"):
        raise typer.BadParameter("--sort is relevance or date.")
    terminal = terminal_of(context)
    text = " ".join(query or ())
    if not text and not like:
        raise typer.BadParameter("Say what to search for, or --like ID.")
    if out is not None and not every:
        raise typer.BadParameter("--out belongs to --all.")
    with served(terminal) as (settings, now):
        index = now.search
        if every:
            look(settings, "search", f"{text} like {like}".strip() if like else text)
            hits = index.every(
                text,
                kinds=tuple(one.strip() for one in kind.split(",") if one.strip()),
                filters=filters_of(tuple(filter_)),
                sort="date" if sort == "date" else "relevance",
                like=normal_id(like, home=settings.home) if like else "",
            )
            _write_hits(terminal, hits, out)
            return
        began = perf_counter()
        result = index.search(
            text,
            kinds=tuple(one.strip() for one in kind.split(",") if one.strip()),
            filters=filters_of(tuple(filter_)),
            sort="date" if sort == "date" else "relevance",
            facets=tuple(facet),
            limit=limit,
            cursor=cursor,
            like=normal_id(like, home=settings.home) if like else "",
        )
        took_ms = (perf_counter() - began) * 1000
        answer = search_answer(result, took_ms=took_ms, names=party_names(result, now))
        look(settings, "search", f"{text} like {like}".strip() if like else text)
        if terminal.json:
            terminal.answer(answer)
            return
        for item in answer.items:
            terminal.say(f"{item.id}  {item.title}" + (f"  ({day(item.date)})" if item.date else ""))
            if item.legal_told:
                terminal.say(f"    {item.legal_told}")
            if item.snippet:
                page = f"page {item.page}: " if item.page else ""
                terminal.say(f"    {page}{plain_passage(item.snippet)}")
            if why and item.why:
                terminal.say(f"    why: {'; '.join(one.told for one in item.why)}")
        for name, values in answer.facets.items():
            terminal.say(f"{name}: " + ", ".join(f"{one.name or one.value} {one.count:,}" for one in values[:12]))
        if answer.note:
            terminal.say(answer.note)
        _close_page(terminal, len(answer.items), answer.total, answer.next_cursor)


def _write_hits(terminal: Terminal, hits: "Iterator[Hit]", out: Path | None) -> None:
    """Every hit as CSV, or as JSON lines, to a file or stdout."""
    import sys

    from api.answers.searches import HIT_COLUMNS, hit_rows
    from api.answers.streams import streamed
    from api.cli.export import write_lines

    row_format: Literal["ndjson", "csv"] = "ndjson" if terminal.json else "csv"
    lines = streamed(hit_rows(hits), HIT_COLUMNS, row_format)
    if out is None:
        for line in lines:
            sys.stdout.buffer.write(line)
        return
    count = write_lines(lines, out) - (row_format == "csv")
    if terminal.json:
        terminal.answer({"file": str(out), "count": count})
    terminal.say(f"{count:,} hits written to {out}.")


def findings(
    context: typer.Context,
    kind: list[str] = typer.Option([], help="Only findings of these kinds; repeatable."),
    min_probability: float = typer.Option(0.0, min=0, max=1, help="At least so probable."),
    queue: bool | None = typer.Option(None, "--queue/--no-queue", help="Only those selected for work, or not."),
    limit: int = typer.Option(50, min=1, max=100_000, help="At most so many."),
) -> None:
    """List what the detectors found, most probable first."""
    from api.answers.findings import FindingsQuery, findings_page

    terminal = terminal_of(context)
    query = FindingsQuery(tuple(kind), min_probability, queue, limit)
    with served(terminal) as (settings, now):
        answer = findings_page(now.findings.all, query, now.view)
        look(settings, "findings", ", ".join(kind))
        if terminal.json:
            for one in answer.items:
                terminal.answer(one)
            return
        findings_table(terminal, answer.items)
        terminal.say(
            f"{len(answer.items)} of {answer.total:,} findings. `tidewaiter show finding:ID` tells one in full."
        )


def findings_table(terminal: Terminal, items: list["FindingItem"]) -> None:
    """Findings, one a row."""
    terminal.table(
        ("=id", "#probability", "queue", "#duty at stake", "=from", "=to", "what"),
        (
            (
                one.id, f"{one.probability:.2f}", one.queue, money(one.duty_at_stake_usd),
                day(one.period_from), day(one.period_to), one.title,
            )
            for one in items
        ),
    )  # fmt: skip


def look(settings: "Settings", action: str, thing: str) -> None:
    """Note for the audit who looked at what from this machine's command line."""
    import getpass
    from datetime import UTC, datetime

    from api import bootstrap
    from api.audit.trail import Look, record
    from graph.model.identifiers import mask_ssn

    engine = bootstrap.database(settings)
    record(engine, Look(datetime.now(UTC), f"local:{getpass.getuser()}"[:64], action, mask_ssn(thing)[:2_000]))
    engine.dispose()


def _order(text: str) -> Literal["value", "recency", "count"]:
    if text not in ("value", "recency", "count"):
        raise typer.BadParameter("--order is value, recency or count.")
    return text  # type: ignore[return-value]


def _show_entity(terminal: Terminal, answer: "EntityAnswer", counts: dict[tuple[str, str], int]) -> None:
    from api.answers.entities import link_label

    terminal.say(f"{answer.name or answer.key}\n{answer.kind_label} {answer.id}")
    span = f", {day(answer.first_date)} to {day(answer.last_date)}" if answer.first_date else ""
    value = f", {money(answer.value_usd)}" if answer.value_usd is not None else ""
    terminal.say(f"{answer.count:,} records{value}{span}")
    if answer.identifiers:
        terminal.say(f"goes by {', '.join(answer.identifiers)}")
    properties = [(name.replace("_", " "), value) for name, value in answer.properties.items() if value]
    links = [
        (link_label(link, "out" if way == "out" else "in"), count) for (link, way), count in sorted(counts.items())
    ]
    if properties:
        terminal.table(("what is on file", ""), properties)
    if answer.says:
        said = ((one.what.replace("_", " "), one.value, one.flag) for one in answer.says)
        terminal.table(("what it says", "", "to look at"), said)
    if links:
        terminal.table(("link", "#entities"), links)
    terminal.say(f"`tidewaiter related {answer.id}` lists them.")


def _show_finding(terminal: Terminal, found: "FindingItem") -> None:
    terminal.say(f"{found.title}\n{found.kind}, probability {found.probability:.2f} ({found.calibration})")
    terminal.say(f"{day(found.period_from)} to {day(found.period_to)}, {money(found.duty_at_stake_usd)} duty at stake")
    terminal.table(("=member", "name", "role", "why"), ((m.entity, m.name, m.role, m.why) for m in found.members))
    for one in found.evidence:
        terminal.say(f"- {one.claim} ({len(one.records)} records)")
    terminal.table(
        ("innocent explanation", "tested", "result"),
        ((one.name, one.tested, one.result) for one in found.innocent_explanations),
    )
    terminal.say(f"For a person to decide: {found.scope_question}")


def _close_page(terminal: Terminal, shown: int, total: int, next_cursor: str) -> None:
    terminal.say(f"{shown:,} of {total:,}." + (f" More: --cursor {next_cursor}" if next_cursor else ""))
