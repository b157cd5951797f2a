"""Findings: what should I look at first? A ranked queue; for each, what shows it and what speaks against."""

from datetime import date
from functools import partial

import streamlit as st

from api.schemas import FindingItem, RecordsAnswer, Row
from ui import header
from ui.connection import ask, client, evidence_rows
from ui.evidence import runs_of_alike, span
from ui.graph_view.board import Board
from ui.graph_view.canvas import draw
from ui.graph_view.scene import scene
from ui.records import open_rows
from ui.wording import chance, in_markdown, number, usd, with_names, words

MOST_LISTED = 500
FEW_NUMBERS = 4
FOLDED_FROM = 3  # evidence of one kind in a row: the first is shown, the rest opens
# What tells events of the timeline: of a table, the columns with a day and how each is said.
EVENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "orders": (("petition_on", "petition"), ("preliminary_on", "preliminary"), ("order_on", "order")),
    "party_records": (("valid_from", "on file"),),
    "party_claims": (("valid_from", "claimed"),),
    "foreign_bills": (("arrived_on", "shipped abroad"),),
    "bills": (("arrived_on", "shipped to the US"),),
    "actions": (("action_date", "acted on"),),
    "entry_lines": (("entry_date", "entered"),),
}
# What is on paper long before goods move.
PAPERS = {said for table in ("orders", "party_records", "party_claims") for _, said in EVENTS[table]}
LANES = [said for columns in EVENTS.values() for _, said in columns]
# Tables whose rows are laid side by side; those of one group have the same columns.
COMPARED = (("entry_lines",), ("foreign_bills", "bills"), ("party_records",))

PORT_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
HEADS = {
    "entry_lines": ("entry_number", "line_number", "tariff_ordinal"), "bills": ("bill_number",),
    "foreign_bills": ("bill_number",), "party_records": ("record_id",),
}  # fmt: skip


def queue() -> FindingItem | None:
    """The ranked list within the person's budget; returns the finding chosen."""
    kind, budget, least, selected_only = st.columns([1.6, 1, 1.3, 1], vertical_alignment="bottom")
    picked = kind.multiselect("Kinds", _kinds(), format_func=words, placeholder="all kinds")
    most = budget.number_input("Exams you can do", 1, MOST_LISTED, value=25)
    probability = least.slider("At least this probability", 0.0, 1.0, 0.0, 0.05)
    only = selected_only.toggle(
        "Only the queue", value=False, help="Findings selected so that at most one in ten is expected to be false."
    )
    answer = ask(
        lambda: client().findings(
            kinds=picked, min_probability=probability, queue=True if only else None, limit=int(most)
        )
    )
    if answer is None:
        return None
    if not answer.items:
        st.info("No finding passes. Ask for less, or load more data and run `tidewaiter refresh`.")
        return None
    st.caption(
        f"{number(len(answer.items))} of {number(answer.total)} findings, most probable first · "
        f"duty at stake in them {in_markdown(usd(sum(item.duty_at_stake_usd for item in answer.items)))}"
    )
    wanted = st.session_state.pop("finding_id", "") or st.query_params.get("id", "")
    event = st.dataframe(
        [
            {
                "probability": f"{item.probability:.2f}", "queue": "●" if item.queue else "", "kind": words(item.kind),
                "claim": with_names(item.title, _names(item)), "duty at stake": usd(item.duty_at_stake_usd),
                "parties": len(item.members), "since": item.period_from.isoformat(),
            }
            for item in answer.items
        ],
        hide_index=True,
        width="stretch",
        height=220,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "probability": st.column_config.TextColumn(width=80),
            "queue": st.column_config.TextColumn(width=55),
            "kind": st.column_config.TextColumn(width=130),
            "claim": st.column_config.TextColumn(width=640),
            "duty at stake": st.column_config.TextColumn(width=95),
            "parties": st.column_config.NumberColumn(width=60),
            "since": st.column_config.TextColumn(width=90),
        },
    )  # fmt: skip
    if event.selection.rows:
        return answer.items[event.selection.rows[0]]
    if wanted:
        return ask(lambda: client().finding(wanted))
    return answer.items[0]


def show(finding: FindingItem) -> None:
    """One finding: the claim, the evidence with its rows, the innocent explanations, the open question."""
    st.query_params["id"] = finding.id
    names = _names(finding)
    st.markdown(f"##### {in_markdown(with_names(finding.title, names))}")
    duty = in_markdown(usd(finding.duty_at_stake_usd))
    st.markdown(
        f"{in_markdown(chance(finding.probability, finding.calibration))} Duty at stake **{duty}**, "
        f"{finding.period_from} to {finding.period_to}."
        + (" Selected at the false-discovery rate." if finding.queue else " Below the line of the queue.")
    )
    evidence, other = st.columns([3, 2], gap="large")
    with evidence:
        st.markdown("**What shows it**")
        for alike in runs_of_alike(finding.evidence):
            _evidence(finding, alike[0], names)
            if len(alike) < FOLDED_FROM:
                for count in alike[1:]:
                    _evidence(finding, count, names)
            else:
                with st.expander(f"{len(alike) - 1} more like this"):
                    for count in alike[1:]:
                        _evidence(finding, count, names)
        st.markdown("**Innocent explanations that were tested**")
        for tested in finding.innocent_explanations:
            st.markdown(
                f"- **{in_markdown(tested.name)}**: {in_markdown(tested.result)}  \n"
                f":small[Tested: {in_markdown(tested.tested)}.]"
            )
        if not finding.innocent_explanations:
            st.caption("None was tested.")
    with other:
        _timeline(finding)
        _members(finding)
        st.markdown(f"**Only a person can decide**  \n{in_markdown(finding.scope_question)}")
        if finding.next_steps:
            st.markdown("**What to do next**\n" + "\n".join(f"- {in_markdown(step)}" for step in finding.next_steps))
        st.markdown(f"**Entries** {number(len(finding.entries))}")
        st.code("\n".join(finding.entries) or "none on file", language=None, height=120)


def _evidence(finding: FindingItem, count: int, names: dict[str, str]) -> None:
    item = finding.evidence[count]
    st.markdown(f"{count + 1}. {in_markdown(with_names(item.claim, names))}")
    said = " · ".join(f"{words(name)} {value}" for name, value in item.numbers.items())
    if said and len(item.numbers) <= FEW_NUMBERS:
        st.caption(in_markdown(said))
    with st.container(horizontal=True, gap="small"):
        plural = "row" if len(item.records) == 1 else "rows"
        if item.records and st.button(f"Open {len(item.records)} {plural}", key=f"evidence {count}"):
            open_rows(item.claim, partial(_evidence_page, finding.id, count))
        named = [record.table for record in item.records]
        alike = any(sum(table in group for table in named) > 1 for group in COMPARED)
        if alike and st.button("Compare side by side", key=f"compare {count}"):
            _compare(item.claim, evidence_rows(finding.id)[count])
        if len(item.numbers) > FEW_NUMBERS:
            with st.popover(f"{len(item.numbers)} numbers"):
                st.dataframe(
                    [{"what": words(name), "value": str(value)} for name, value in item.numbers.items()],
                    hide_index=True,
                )


@st.dialog("Side by side", width="large")
def _compare(claim: str, answer: RecordsAnswer) -> None:
    """Rows as columns, so that what agrees stands on one line."""
    st.caption(in_markdown(claim))
    for group in COMPARED:
        tables = [table for table in answer.tables if table.table in group]
        rows = [(f"{words(t.table)} {_head(t.table, row)}", row) for t in tables for row in t.rows]
        if len(rows) < 2:
            continue
        compared = [
            {
                "": "=" if len({str(row.get(name)) for _, row in rows}) == 1 else "",
                "field": words(name),
                **{head: _cell(row, name) for head, row in rows},
            }
            for name in tables[0].columns
            if any(row.get(name) not in (None, "", []) for _, row in rows)
        ]
        st.dataframe(compared, hide_index=True, width="stretch", height=460)


def _head(table: str, row: Row) -> str:
    return " / ".join(_cell(row, name) for name in HEADS[table])


def _cell(row: Row, name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, list) else str(value)


def _timeline(finding: FindingItem) -> None:
    """When orders were asked for and made, goods shipped and entered, and when customs acted; by port."""
    events: dict[tuple[str, str, str], Row] = {}
    for answer in ask(partial(evidence_rows, finding.id)) or ():
        for table in answer.tables:
            for row in table.rows:
                for column, said in EVENTS.get(table.table, ()):
                    if day := row.get(column):
                        key = _cell(row, table.columns[0])
                        port = str(row.get("port_code") or row.get("port_of_unlading") or "none")
                        events[said, str(day), key] = {"day": str(day), "what": said, "port": port, "row": key}
    if not events:
        return
    days = {key: date.fromisoformat(str(event["day"])[:10]) for key, event in events.items()}
    moved = [day for key, day in days.items() if key[0] not in PAPERS]
    began, ended = span(list(days.values()), moved=moved)
    st.markdown("**When**")
    st.vega_lite_chart(
        list(events.values()),
        {
            "height": 110 + 24 * len({str(event["what"]) for event in events.values()}),
            "mark": {"type": "point", "size": 110, "filled": True},
            "encoding": {
                "x": {
                    "field": "day", "type": "temporal", "title": None,
                    "axis": {"format": "%Y-%m-%d", "labelOverlap": True},
                    "scale": {"domain": [began.isoformat(), ended.isoformat()], "clamp": True},
                },
                "y": {"field": "what", "type": "nominal", "title": None, "sort": LANES},
                "color": {
                    "field": "port", "type": "nominal", "title": "port", "scale": {"range": PORT_COLOURS},
                    "legend": {"orient": "bottom", "columns": 5},
                },
                "shape": {"field": "port", "type": "nominal", "title": "port"},
                "tooltip": [{"field": name} for name in ("day", "what", "port", "row")],
            },
        },
        width="stretch",
        alt="; ".join(f"{event['what']} {event['day']} at port {event['port']}" for event in events.values()),
    )  # fmt: skip
    if min(days.values()) < began:
        st.caption(f"What happened before {began} stands at the left edge.")


def _members(finding: FindingItem) -> None:
    st.markdown(f"**Who is in it** {number(len(finding.members))}")
    ids = list(dict.fromkeys(member.entity for member in finding.members))
    nodes, edges = scene(ids, header.as_of())
    if nodes:
        gesture = draw(nodes, edges, selected="", shown=None, key=f"finding {finding.id}", height_px=260)
        if gesture and gesture.action in ("select", "page", "expand"):
            _open_entity(gesture.ids[0])
    if st.button("Put them on the canvas", type="primary", disabled=not ids):
        board = Board()
        board.put(ids)
        board.select(ids[0])
        st.switch_page("views/explore.py")
    for count, member in enumerate(finding.members):
        key = member.entity.partition(":")[2]
        who = f"{member.name} ({key})" if member.name and member.name != key else key
        name, page = st.columns([4, 1.2])
        name.markdown(f"{words(member.role)}: **{in_markdown(who)}**  \n:small[{in_markdown(member.why)}]")
        if page.button("Open", key=f"member {count}", help=member.entity):
            _open_entity(member.entity)


def _open_entity(entity_id: str) -> None:
    st.session_state["entity_id"] = entity_id
    st.switch_page("views/entity.py")


def _names(finding: FindingItem) -> dict[str, str]:
    return {member.entity: member.name for member in finding.members}


def _kinds() -> list[str]:
    counted = ask(lambda: client().search("", kinds=("findings",), facets=("detector",), limit=1))
    return sorted(value.value for value in counted.facets.get("detector", ())) if counted else []


def _evidence_page(finding_id: str, item: int, limit: int, offset: int) -> RecordsAnswer:
    return client().evidence_records(finding_id, item, limit=limit, offset=offset)


chosen = queue()
if chosen is not None:
    st.divider()
    show(chosen)
