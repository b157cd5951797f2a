"""Explore: who is behind this, and what do we have on it? Search left, canvas in the middle, inspector right."""

from datetime import date, timedelta
from functools import partial

import streamlit as st

from api.schemas import RecordsAnswer, RelatedItem, SearchAnswer, SearchItem
from ui.connection import ask, client, entity, kinds, link_counts, related
from ui.graph_view.board import MOST_NODES, Board
from ui.graph_view.canvas import Edge, Gesture, Node, draw
from ui.records import open_rows
from ui.wording import in_markdown, look, number, period, usd, words

HUB_NEIGHBOURS = 200
EXPANDED_AT_ONCE = 20
HITS = 12

board = Board()


def search_line() -> tuple[str, str]:
    """The one box, and the day as of which the graph is shown; returns (text, ISO day or empty)."""
    box, day = st.columns([6, 1])
    text = box.text_input(
        "Search",
        value=st.query_params.get("q", ""),
        placeholder="a name, a number, words of a ruling, a product …",
        label_visibility="collapsed",
    )
    chosen = day.date_input(
        "As of", value=_address_day(), label_visibility="collapsed", help="Show the graph as known on this day.",
        max_value=date(2100, 1, 1),
    )  # fmt: skip
    as_of = chosen.isoformat() if isinstance(chosen, date) else ""
    for name, value in (("q", text), ("as_of", as_of)):
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)
    return text, as_of


def results(text: str) -> None:
    """What was found: entities above documents, facets, snippets."""
    if not text:
        st.markdown("**Find** a company, a number or a document, then put it on the canvas.")
        if board.selected and st.button("Search what names the selected entity"):
            st.query_params["q"] = board.selected.partition(":")[2]
            st.rerun()
        if st.button("Start with the findings"):
            st.switch_page("views/findings.py")
        return
    entities = ask(lambda: client().search(text, kinds=("entities",), limit=HITS))
    documents = ask(lambda: client().search(text, kinds=("documents",), filters=_facets(text), limit=HITS))
    if entities is None or documents is None:
        return
    for note in {entities.note, documents.note} - {""}:
        st.caption(note)
    st.markdown(f"**Entities** {number(entities.total)}")
    for item in entities.items:
        if st.button(f"{look(item.kind).sign} {item.title}", key=f"hit {item.id}", help=item.id, width="stretch"):
            board.put([item.id])
            board.select(item.id)
            st.rerun()
    st.markdown(f"**Documents** {number(documents.total)}")
    for item in documents.items:
        _document(item)
    if not entities.items and not documents.items:
        st.info("Nothing has these words. Try fewer of them, or a number in any spelling.")


def canvas(as_of: str) -> None:
    """The graph: draw what is on the board, and act on what the person did."""
    nodes, edges = _on_canvas(as_of)
    _toolbar(nodes)
    if not nodes:
        st.info("The canvas is empty. Search on the left, or open a finding, and put what you find here.")
        return
    gesture = draw(nodes, edges, selected=board.selected, shown=_brush(edges), key="canvas")
    if gesture:
        _act(gesture, as_of, edges)


def inspector(as_of: str) -> None:
    """The selected entity: who it is, how it is linked, and the rows that say so."""
    if not board.selected:
        st.caption("Click an entity to see who it is; double click to see what it is linked to.")
        return
    found = ask(lambda: entity(board.selected, as_of))
    if found is None:
        return
    st.markdown(f"#### {look(found.kind).sign} {in_markdown(found.name)}")
    st.caption(f"{found.kind_label} · `{found.id}`")
    st.markdown(
        f"**{in_markdown(usd(found.value_usd))}** · {number(found.count)} rows · {number(found.degree)} links  \n"
        f"{period(found.first_date, found.last_date)}"
    )
    st.caption("  \n".join(f"{words(name)}: {in_markdown(value)}" for name, value in found.properties.items() if value))
    left, right = st.columns(2)
    if left.button("Open page", width="stretch"):
        st.session_state["entity_id"] = found.id
        st.switch_page("views/entity.py")
    if right.button("Open rows", width="stretch"):
        open_rows(found.name, lambda limit, offset: client().records(found.id, limit=limit, offset=offset))
    links, findings = st.tabs(["Links", "Findings"])
    with links:
        _links(found.id, found.degree, as_of)
    with findings:
        answer = ask(lambda: client().entity_findings(found.id))
        if answer is not None and not answer.items:
            st.caption("No finding names this entity.")
        for finding in answer.items if answer else ():
            if st.button(finding.title, key=f"finding {finding.id}"):
                st.session_state["finding_id"] = finding.id
                st.switch_page("views/findings.py")


def _document(item: SearchItem) -> None:
    standing = "".join(f" · **{value.upper()}**" for value in item.fields.get("status", []) if value != "in force")
    st.markdown(f"{look('document').sign} {words(item.kind)} **{in_markdown(item.title)}** {item.date or ''}{standing}")
    st.html(f"<div style='font-size:0.85rem;color:#444'>{item.snippet}</div>")
    read, add = st.columns(2)
    if read.button("Read", key=f"read {item.id}", width="stretch"):
        _reader(item.id)
    if add.button("To canvas", key=f"add {item.id}", width="stretch"):
        board.put([item.id])
        board.select(item.id)
        st.rerun()


@st.dialog("Document", width="large")
def _reader(document_id: str) -> None:
    document = ask(lambda: client().document(document_id))
    if document is None:
        return
    st.markdown(f"#### {in_markdown(document.title)}")
    st.caption(f"{words(document.kind)} · {document.date or 'no date'} · {document.standing}")
    for step in document.chain:
        st.markdown(f"- {step.relation} **{step.id}** {step.title} {step.date or ''}")
    named = dict.fromkeys(mention.entity for mention in document.mentions)
    if named and st.button(f"Put the {len(named)} entities it mentions on the canvas"):
        board.put([document.id, *named])
        st.rerun()
    st.text(document.text)


def _facets(text: str) -> dict[str, tuple[str, ...]]:
    """The facets the person ticked; counts are over all matches of the words."""
    answer: SearchAnswer | None = ask(lambda: client().search(text, kinds=("documents",), limit=1))
    chosen: dict[str, tuple[str, ...]] = {}
    if answer is None or not any(answer.facets.values()):
        return chosen
    with st.popover("Narrow the documents", width="stretch"):
        for name, values in answer.facets.items():
            if not values:
                continue
            counts = {value.value: value.count for value in values}
            shown = {f"{value} ({number(count)})": value for value, count in counts.items()}
            picked = st.multiselect(words(name), list(shown), key=f"facet {name}")
            if picked:
                chosen[name] = tuple(shown[label] for label in picked)
    return chosen


def _on_canvas(as_of: str) -> tuple[list[Node], list[Edge]]:
    """The entities of the board and the links among them, asked for from their less connected ends."""
    nodes: list[Node] = []
    hidden = set(st.session_state.get("hidden_kinds", ()))
    for entity_id in board.ids:
        found = ask(partial(entity, entity_id, as_of))
        if found is not None and found.kind not in hidden:
            nodes.append(Node(found.id, found.kind, found.name, found.value_usd))
    there = {node.id for node in nodes}
    edges: dict[tuple[str, str, str], Edge] = {}
    hubs = {item.kind for item in kinds().entities if item.hub}
    for node in nodes:
        if node.kind in hubs:
            continue
        answer = ask(partial(related, node.id, as_of, limit=HUB_NEIGHBOURS))
        for item in answer.items if answer else ():
            if item.id in there:
                edge = _edge(node.id, item)
                edges[edge.source, edge.link, edge.target] = edge
    return nodes, list(edges.values())


def _edge(entity_id: str, item: RelatedItem) -> Edge:
    source, target = (entity_id, item.id) if item.direction == "out" else (item.id, entity_id)
    labels = {link.kind: link.label for link in kinds().links}
    return Edge(
        source, target, item.link, labels.get(item.link, item.link), item.value_usd, item.count, item.first_date,
        item.last_date, item.status,
    )  # fmt: skip


def _toolbar(nodes: list[Node]) -> None:
    undo, redo, hide, path, clear, filters = st.columns(6)
    if undo.button("Undo", disabled=not board.can_undo, width="stretch"):
        board.undo()
        st.rerun()
    if redo.button("Redo", disabled=not board.can_redo, width="stretch"):
        board.redo()
        st.rerun()
    if hide.button("Hide", disabled=not board.selected, width="stretch", help="Take the selected entity off."):
        board.hide([board.selected])
        st.rerun()
    with path.popover("Path", disabled=len(nodes) < 2, width="stretch"):
        _path(nodes)
    if clear.button("Clear", disabled=not nodes, width="stretch"):
        board.hide(board.ids)
        st.rerun()
    with filters.popover("Kinds", width="stretch"):
        labels = {item.kind: item.label for item in kinds().entities}
        st.multiselect("Hide these kinds", list(labels), format_func=lambda kind: labels[kind], key="hidden_kinds")
        for kind, label in labels.items():
            st.caption(f":{'gray'}[{look(kind).sign}] {label}")


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
            st.caption(f"passes {', '.join(way.hubs)}, which join many")
        if st.button("Put on the canvas", key=f"path {count}"):
            board.put(step.id for step in way.entities)
            st.rerun()


def _brush(edges: list[Edge]) -> tuple[date, date] | None:
    days = [day for edge in edges for day in (edge.first_date, edge.last_date) if day]
    if not days or max(days) - min(days) < timedelta(days=31):
        return None
    low, high = min(days), max(days)
    chosen = st.slider("Show links between", low, high, (low, high), format="YYYY-MM-DD", key=f"brush {low} {high}")
    return (chosen[0], chosen[1])


def _act(gesture: Gesture, as_of: str, edges: list[Edge]) -> None:
    match gesture.action:
        case "open_link":
            for edge in edges:
                if (edge.source, edge.link, edge.target) == gesture.ids:
                    open_rows(f"{edge.source} {edge.label} {edge.target}", partial(_link_rows, edge))
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


def _expand(entity_id: str, as_of: str) -> None:
    answer = ask(lambda: related(entity_id, as_of, limit=EXPANDED_AT_ONCE))
    if answer is None:
        return
    left_out = board.put(item.id for item in answer.items)
    if left_out:
        st.toast(f"The canvas holds {MOST_NODES} entities; {left_out} found no room.")
    elif answer.total > EXPANDED_AT_ONCE:
        st.toast(f"{entity_id} has {number(answer.total)} links; shown: the top {EXPANDED_AT_ONCE} by value.")


def _links(entity_id: str, degree: int, as_of: str) -> None:
    counts = ask(lambda: link_counts(entity_id))
    if counts is None:
        return
    if degree > HUB_NEIGHBOURS:
        st.caption(
            f"Joins {number(degree)} others: " + ", ".join(f"{number(c.count)} {c.label}" for c in counts.items[:4])
        )
    choice = {f"{item.label} ({number(item.count)})": item.link for item in counts.items}
    picked = st.selectbox("Links", ["all", *choice], label_visibility="collapsed", key=f"links {entity_id}")
    order = st.segmented_control(
        "Order", ["value", "recency", "count"], default="value", label_visibility="collapsed", key=f"order {entity_id}"
    )
    answer = ask(lambda: related(entity_id, as_of, link=choice.get(picked, ""), order=order or "value", limit=50))
    if answer is None:
        return
    rows = [
        {
            "": look(item.kind).sign, "link": item.link_label, "name": item.name, "value": usd(item.value_usd),
            "rows": item.count, "last": item.last_date,
        }
        for item in answer.items
    ]  # fmt: skip
    event = st.dataframe(
        rows, hide_index=True, width="stretch", on_select="rerun", selection_mode="multi-row", key=f"table {entity_id}"
    )
    chosen = [answer.items[row] for row in event.selection.rows if row < len(answer.items)]
    put, rows_button = st.columns(2)
    if put.button("To canvas", disabled=not chosen, width="stretch"):
        board.put([entity_id, *(item.id for item in chosen)])
        st.rerun()
    if rows_button.button("Open rows", disabled=len(chosen) != 1, width="stretch", key="link rows"):
        edge = _edge(entity_id, chosen[0])
        open_rows(
            f"{edge.source} {edge.label} {edge.target}",
            lambda limit, offset: client().link_records(
                edge.source, edge.link, edge.target, limit=limit, offset=offset
            ),
        )


def _link_rows(edge: Edge, limit: int, offset: int) -> RecordsAnswer:
    return client().link_records(edge.source, edge.link, edge.target, limit=limit, offset=offset)


def _address_day() -> date | None:
    try:
        return date.fromisoformat(st.query_params.get("as_of", ""))
    except ValueError:
        return None


query, known_on = search_line()
left, middle, right = st.columns([1.15, 2.2, 1.25], gap="medium")
with left:
    results(query)
with middle:
    canvas(known_on)
with right:
    inspector(known_on)
