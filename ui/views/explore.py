"""Explore: who is behind this, and what do we have on it? Search left, canvas in the middle, inspector right."""

import html
from datetime import date, timedelta
from functools import partial

import streamlit as st

from api.schemas import EntityAnswer, RecordsAnswer, SearchAnswer, SearchItem
from ui import header
from ui.choosing import choose_some
from ui.connection import ask, client, entity, kinds, link_counts, related, search
from ui.graph_view.board import MOST_NODES, Board
from ui.graph_view.canvas import Edge, Gesture, Node, draw
from ui.graph_view.scene import edge_to, scene
from ui.reader import passage, read
from ui.records import open_rows
from ui.saved import news_wanted, saved_searches
from ui.wording import in_markdown, look, number, period, standing, usd, words

HUB_NEIGHBOURS = 200
EXPANDED_AT_ONCE = 20
HITS = 12
COLUMN_PX = 640
ORDERS = {"value": "by value", "recency": "by recency", "count": "by count"}
# The fields of the search index by which documents say which entity they speak of.
NAMED_IN = {"importer", "manufacturer", "port", "country", "case"}

board = Board()


def results(text: str) -> None:
    """What was found: entities above findings above documents, each with its kind and key."""
    narrow = _narrowing(text)
    if not text and not narrow:
        st.markdown("**Find** a company, a number or a document, then put it on the canvas.")
        if st.button("Start with the findings"):
            st.switch_page("views/findings.py")
        saved_searches("", (), {})
        return
    documents = ask(lambda: search(text, "documents", narrow, HITS))
    entities = ask(lambda: search(text, "entities", {}, HITS)) if text else None
    findings = ask(lambda: search(text, "findings", narrow, HITS))
    if documents is None or findings is None:
        return
    picked = _facets(text, documents)
    if picked:
        documents = ask(lambda: search(text, "documents", {**narrow, **picked}, HITS)) or documents
    saved_searches(text, ("documents",) if picked or narrow else (), {**narrow, **picked})
    for note in {answer.note for answer in (entities, documents) if answer} - {""}:
        st.caption(in_markdown(note))
    if entities is not None:
        st.markdown(f"**Entities** {number(entities.total)}")
        labels = {item.kind: item.label for item in kinds().entities}
        for item in entities.items:
            _entity_hit(item, labels.get(item.kind, words(item.kind)))
    if findings.items:
        st.markdown(f"**Findings** {number(findings.total)}")
        for item in findings.items:
            if _hit(f"{look('finding').sign} {in_markdown(item.title)}", item):
                _open_hit(item)
    st.markdown(f"**Documents** {number(documents.total)}")
    for item in documents.items:
        _document_hit(item)
    if not (documents.items or findings.items or (entities and entities.items)):
        st.info("Nothing has these words. Try fewer of them, or a number in any spelling.")


def canvas(as_of: str) -> None:
    """The graph: draw what is on the board, and act on what the person did."""
    nodes, edges = scene(board.ids, as_of, hidden_kinds=st.session_state.get("hidden_kinds", ()))
    _toolbar(nodes)
    if not nodes:
        st.info("The canvas is empty. Search on the left, or open a finding, and put what you find here.")
        if st.button("Open the findings"):
            st.switch_page("views/findings.py")
        return
    days = _days(edges)
    key = f"brush {days}"
    gesture = draw(nodes, edges, selected=board.selected, shown=st.session_state.get(key), key="canvas")
    if days:
        st.slider("Links between", *days, days, format="YYYY-MM-DD", key=key, label_visibility="collapsed")
    _legend(nodes, edges)
    if gesture:
        _act(gesture, as_of, edges)


def _open_hit(item: SearchItem) -> None:
    """A document or an issue opens in the reader, a finding on its page, anything else on the canvas."""
    if item.id.startswith(("document:", "issue:")):
        read(item.id)
    elif item.kind == "finding":
        st.session_state["finding_id"] = item.id.partition(":")[2]
        st.switch_page("views/findings.py")
    else:
        board.put([item.id])
        board.select(item.id)
        st.rerun()


def inspector(as_of: str) -> None:
    """The selected entity: who it is, how it is linked, and the rows that say so."""
    if not board.selected:
        st.caption("Click an entity to see who it is; double click to see what it is linked to. Right click for more.")
        return
    found = ask(lambda: entity(board.selected, as_of))
    if found is None:
        return
    st.markdown(f"#### {look(found.kind).sign} {in_markdown(found.name)}")
    st.caption(f"{in_markdown(found.kind_label)} · `{found.id}`" + (f" · as of {as_of}" if as_of else ""))
    st.markdown(
        f"**{in_markdown(usd(found.value_usd))}** · {number(found.count)} rows · {number(found.degree)} links  \n"
        f"{period(found.first_date, found.last_date)}"
    )
    _doors(found)
    links, findings, on_file = st.tabs(["Links", "Findings", "On file"])
    with links:
        _links(found.id, found.degree, as_of)
    with findings:
        answer = ask(lambda: client().entity_findings(found.id))
        if answer is not None and not answer.items:
            st.caption("No finding names this entity.")
        for finding in answer.items if answer else ():
            if st.button(f"{finding.probability:.2f} {in_markdown(finding.title)}", key=f"finding {finding.id}"):
                st.session_state["finding_id"] = finding.id
                st.switch_page("views/findings.py")
    with on_file:
        # As HTML: markdown would make links of web addresses, and nothing here leads out of this machine.
        told = (
            f"{html.escape(words(name))}: <b>{html.escape(value)}</b><br>"
            for name, value in found.properties.items()
            if value
        )
        st.html(f"<div style='font-size:0.9rem'>{''.join(told)}</div>")
        if not any(found.properties.values()):
            st.caption("Nothing but its number is on file.")


def _narrowing(text: str) -> dict[str, tuple[str, ...]]:
    """The filter for what names the selected entity, when the person wants only that."""
    kind, _, key = board.selected.partition(":")
    if kind not in NAMED_IN:
        return {}
    found = ask(lambda: entity(board.selected, ""))
    name = found.name if found else key
    only = st.toggle("Only what names the selected entity", value=not text, key=f"only {bool(text)}", help=name)
    return {kind: (key,)} if only else {}


def _hit(label: str, item: SearchItem) -> bool:
    return st.button(label, key=f"hit {item.id}", help=item.id, type="tertiary")


def _entity_hit(item: SearchItem, kind_label: str) -> None:
    place = " · ".join(item.fields.get("country", [])[:3])
    with st.container(gap=None):
        if _hit(f"{look(item.kind).sign} **{in_markdown(item.title)}**", item):
            _open_hit(item)
        key = item.id.partition(":")[2]
        st.caption(f"{in_markdown(kind_label)} {in_markdown(key)}" + (f" · {place}" if place else ""))


def _document_hit(item: SearchItem) -> None:
    status = "".join(f" · **{standing(value)}**" for value in item.fields.get("status", []))
    with st.container(gap=None):
        kind = "issue" if item.kind == "issue" else "document"
        if _hit(f"{look(kind).sign} **{in_markdown(item.title)}**", item):
            _open_hit(item)
        st.caption(f"{words(item.kind)} {item.id.partition(':')[2]} · {item.date or 'no date'}{status}")
        if item.legal_told:
            st.caption(in_markdown(item.legal_told))
        passage(item)
        with st.container(horizontal=True, gap="small"):
            if st.button("To canvas", key=f"add {item.id}", type="tertiary"):
                board.put([item.id])
                board.select(item.id)
                st.rerun()
            if st.button("Open page", key=f"page {item.id}", type="tertiary"):
                st.switch_page("views/documents.py", query_params={"id": item.id})
        if item.why:
            st.caption(f"why: {in_markdown('; '.join(one.told for one in item.why[:4]))}")


def _facets(text: str, answer: SearchAnswer) -> dict[str, tuple[str, ...]]:
    """The facets the person ticked for this text; the counts are over all documents that match."""
    state = st.session_state
    if state.get("facets of") != text:
        state["facets of"] = text
        state.update({f"facet {name}": [] for name in answer.facets})
    if not any(answer.facets.values()):
        return {}
    with st.popover("Narrow the documents", width="stretch"):
        for name, values in answer.facets.items():
            kept = f"facet {name}"
            shown = {value.value: f"{value.name or words(value.value)} ({number(value.count)})" for value in values}
            shown |= {value: value for value in state.setdefault(kept, []) if value not in shown}
            if shown:
                choose_some(st.container(), words(name), shown, kept, width="stretch")
    return {name: tuple(chosen) for name in answer.facets if (chosen := state[f"facet {name}"])}


def _doors(found: EntityAnswer) -> None:
    with st.container(horizontal=True, gap="small"):
        if st.button("Open rows", help=f"{number(found.count)} rows"):
            open_rows(found.name, lambda limit, offset: client().records(found.id, limit=limit, offset=offset))
        if st.button("Open page"):
            st.session_state["entity_id"] = found.id
            st.switch_page("views/entity.py")
        if found.kind in ("document", "issue") and st.button("Read"):
            read(found.id)
        if found.id not in board.ids and st.button("To canvas"):
            board.put([found.id])
            st.rerun()


def _toolbar(nodes: list[Node]) -> None:
    with st.container(horizontal=True, gap="small"):
        if st.button("Undo", disabled=not board.can_undo):
            board.undo()
            st.rerun()
        if st.button("Redo", disabled=not board.can_redo):
            board.redo()
            st.rerun()
        if st.button("Hide", disabled=not board.selected, help="Take the selected entity off."):
            board.hide([board.selected])
            st.rerun()
        with st.popover("Path", disabled=len(nodes) < 2):
            _path(nodes)
        if st.button("Clear", disabled=not nodes):
            board.hide(board.ids)
            st.rerun()
        with st.popover("Kinds"):
            labels = {item.kind: item.label for item in kinds().entities}
            st.multiselect("Hide these kinds", list(labels), format_func=lambda kind: labels[kind], key="hidden_kinds")


def _legend(nodes: list[Node], edges: list[Edge]) -> None:
    labels = {item.kind: item.label for item in kinds().entities}
    signs = " ".join(
        f"<span style='white-space:nowrap;margin-right:0.8em'><span style='color:{look(kind).colour}'>"
        f"{look(kind).sign}</span> {html.escape(labels.get(kind, words(kind)))}</span>"
        for kind in sorted({node.kind for node in nodes})
    )
    claimed = " Dotted: alleged. Dashed: possibly the same." if any(edge.status for edge in edges) else ""
    st.html(f"<div style='font-size:0.82rem'>{signs} Size and width: value.{claimed}</div>")


def _path(nodes: list[Node]) -> None:
    names = {node.id: node.name for node in nodes}
    ends = st.multiselect("From and to", list(names), format_func=lambda i: names[i], max_selections=2, key="path_ends")
    if len(ends) != 2:
        st.caption("Choose two entities.")
        return
    answer = ask(lambda: client().paths(ends[0], ends[1]))
    if answer is None:
        return
    if not answer.items:
        st.info("No way of up to six links joins them, other than over hubs such as ports and countries.")
    for count, way in enumerate(answer.items):
        st.markdown(in_markdown(way.reason))
        if way.hubs:
            st.caption(f"passes {in_markdown(', '.join(way.hubs))}, which join many")
        if st.button("Put on the canvas", key=f"path {count}"):
            board.put(step.id for step in way.entities)
            st.rerun()


def _days(edges: list[Edge]) -> tuple[date, date] | None:
    """The first and last day of the links, when there is more than a month to choose from."""
    days = [day for edge in edges for day in (edge.first_date, edge.last_date) if day]
    if not days or max(days) - min(days) < timedelta(days=31):
        return None
    return min(days), max(days)


def _act(gesture: Gesture, as_of: str, edges: list[Edge]) -> None:
    match gesture.action:
        case "open_link":
            for edge in edges:
                if (edge.source, edge.link, edge.target) == gesture.ids:
                    _open_link(edge)
            return
        case "hide":
            board.hide(gesture.ids)
        case "page":
            st.session_state["entity_id"] = gesture.ids[0]
            st.switch_page("views/entity.py")
        case "path":
            st.session_state["path_ends"] = list(gesture.ids)
        case "expand":
            board.select(gesture.ids[0])
            _expand(gesture.ids[0], as_of)
        case _:
            board.select(gesture.ids[0])
    st.rerun()


def _expand(entity_id: str, as_of: str, *, link: str = "", order: str = "value") -> None:
    """Put an entity's first neighbours on the canvas, and say how many there are."""
    answer = ask(lambda: related(entity_id, as_of, link=link, order=order, limit=EXPANDED_AT_ONCE))
    if answer is None:
        return
    left_out = board.put([entity_id, *(item.id for item in answer.items)])
    if left_out:
        st.toast(f"The canvas holds {MOST_NODES} entities; {left_out} found no room. Hide some first.")
    elif answer.total > EXPANDED_AT_ONCE:
        st.toast(
            f"{entity_id} has {number(answer.total)} links; shown: the top {EXPANDED_AT_ONCE} {ORDERS[order]}. "
            "Choose others in the inspector."
        )


def _links(entity_id: str, degree: int, as_of: str) -> None:
    counts = ask(lambda: link_counts(entity_id))
    if counts is None:
        return
    if degree > HUB_NEIGHBOURS:
        told = ", ".join(f"{number(one.count)} {one.label}" for one in counts.items[:4])
        st.caption(in_markdown(f"Joins {number(degree)} others: {told}"))
    choice = {f"{item.label} ({number(item.count)})": item.link for item in counts.items}
    picked = st.selectbox("Links", ["all links", *choice], label_visibility="collapsed", key=f"links {entity_id}")
    link = choice.get(picked, "")
    order = st.segmented_control(
        "Order", list(ORDERS), default="value", label_visibility="collapsed", format_func=ORDERS.__getitem__,
        key=f"order {entity_id}",
    ) or "value"  # fmt: skip
    if st.button(f"Put the top {EXPANDED_AT_ONCE} {ORDERS[order]} on the canvas", width="stretch"):
        _expand(entity_id, as_of, link=link, order=order)
        st.rerun()
    answer = ask(lambda: related(entity_id, as_of, link=link, order=order, limit=50))
    if answer is None:
        return
    rows = [
        {
            "": look(item.kind).sign, "name": item.name, "link": item.link_label, "value": usd(item.value_usd),
            "rows": item.count, "first": item.first_date, "last": item.last_date, "sources": ", ".join(item.sources),
            "status": item.status, "id": item.id,
        }
        for item in answer.items
    ]  # fmt: skip
    event = st.dataframe(
        rows, hide_index=True, width="stretch", height=260, on_select="rerun", selection_mode="multi-row",
        key=f"table {entity_id}",
    )  # fmt: skip
    chosen = [answer.items[row] for row in event.selection.rows if row < len(answer.items)]
    put, rows_button = st.columns(2)
    if put.button("Chosen to canvas", disabled=not chosen, width="stretch"):
        board.put([entity_id, *(item.id for item in chosen)])
        st.rerun()
    if rows_button.button("Rows of link", disabled=len(chosen) != 1, width="stretch"):
        _open_link(edge_to(entity_id, chosen[0]))


def _open_link(edge: Edge) -> None:
    """The rows that make a link; the evidence in one line is its title."""
    open_rows(
        f"{edge.source} {edge.label} {edge.target}: {number(edge.count)} rows, {usd(edge.value_usd)}, "
        f"{period(edge.first_date, edge.last_date)}",
        partial(_link_rows, edge),
    )


def _link_rows(edge: Edge, limit: int, offset: int) -> RecordsAnswer:
    return client().link_records(edge.source, edge.link, edge.target, limit=limit, offset=offset)


if ask(kinds) is None:
    st.stop()
news_wanted(_open_hit)
query, known_on = st.session_state.get("q", ""), header.as_of()
board.write_address(q=query, as_of=known_on)
left, middle, right = st.columns([1.2, 2.2, 1.25], gap="medium")
with left.container(height=COLUMN_PX, border=False, key="results"):
    results(query)
with middle:
    canvas(known_on)
with right.container(height=COLUMN_PX, border=False, key="inspector"):
    inspector(known_on)
