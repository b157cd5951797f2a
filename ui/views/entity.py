"""Entity: who is this? Numbers, names, activity by month, where it enters, what it brings, what it is linked to."""

import streamlit as st

from api.schemas import ActivityShare, EntityAnswer
from ui.connection import activity, ask, client, entity, related
from ui.graph_view.board import Board
from ui.records import show_rows
from ui.wording import in_markdown, look, number, period, usd, words

LINKS = 50

entity_id = st.session_state.pop("entity_id", "") or st.query_params.get("id", "")
chosen = st.text_input("Entity", value=entity_id, placeholder="importer:12-345678900", label_visibility="collapsed")
if not chosen:
    st.info("No entity is open. Find one on the Explore page and choose “Open page”, or type its id above.")
    if st.button("Go to Explore"):
        st.switch_page("views/explore.py")
    st.stop()
st.query_params["id"] = chosen
answered = ask(lambda: entity(chosen, ""))
if answered is None:
    st.stop()
found: EntityAnswer = answered

title, act = st.columns([5, 1])
title.markdown(f"## {look(found.kind).sign} {in_markdown(found.name)}")
title.caption(f"{found.kind_label} · `{found.id}`" + "".join(f" · `{other}`" for other in found.identifiers))
if act.button("Put on the canvas", width="stretch"):
    board = Board()
    board.put([found.id])
    board.select(found.id)
    st.switch_page("views/explore.py")

seen = ask(lambda: activity(found.id))
months = seen.months if seen else []
figures = st.columns(5)
figures[0].metric(
    "Entered value",
    usd(found.value_usd),
    border=True,
    chart_data=[month.value_usd for month in months] or None,
    chart_type="bar",
)
figures[1].metric("Rows on file", number(found.count), border=True)
figures[2].metric("Links", number(found.degree), border=True)
figures[3].metric("First seen", str(found.first_date or "unknown"), border=True)
figures[4].metric("Last seen", str(found.last_date or "unknown"), border=True)


def shares(heading: str, items: list[ActivityShare]) -> None:
    """What part of the lines goes where."""
    st.markdown(f"**{heading}**")
    if not items:
        st.caption("unknown")
        return
    st.dataframe(
        [{"name": item.name, "lines": item.lines, "value": usd(item.value_usd), "id": item.id} for item in items],
        hide_index=True,
        width="stretch",
    )


overview, links, documents, findings, rows = st.tabs(["Overview", "Links", "Documents", "Findings", "Rows"])
with overview:
    if months:
        st.markdown("**Entered value by month, USD**")
        st.bar_chart(
            [month.model_dump() for month in months], x="month", y="value_usd", x_label="", y_label="USD", height=220
        )
    for column, (heading, items) in zip(
        st.columns(3),
        (
            ("Ports", seen.ports if seen else []),
            ("Tariff numbers", seen.tariffs if seen else []),
            ("Origins", seen.origins if seen else []),
        ),
        strict=True,
    ):
        with column:
            shares(heading, items)
    if any(found.properties.values()):
        st.markdown("**On file**")
        st.dataframe(
            [{"what": words(name), "value": value} for name, value in found.properties.items() if value],
            hide_index=True,
        )
with links:
    answer = ask(lambda: related(found.id, "", limit=LINKS))
    if answer is not None:
        st.caption(f"The top {min(LINKS, answer.total)} of {number(answer.total)} by value")
        st.dataframe(
            [
                {
                    "link": item.link_label, "name": item.name, "value": usd(item.value_usd), "rows": item.count,
                    "period": period(item.first_date, item.last_date), "status": item.status, "id": item.id,
                }
                for item in answer.items
            ],
            hide_index=True,
            width="stretch",
        )  # fmt: skip
with documents:
    hits = ask(lambda: client().search(found.key, kinds=("documents",), limit=20))
    for hit in hits.items if hits else ():
        st.markdown(f"**{in_markdown(hit.title)}** · {words(hit.kind)} · {hit.date or 'no date'}")
        st.html(f"<div style='font-size:0.9rem'>{hit.snippet}</div>")
    if hits is not None and not hits.items:
        st.caption("No document names it.")
with findings:
    named = ask(lambda: client().entity_findings(found.id))
    for finding in named.items if named else ():
        if st.button(f"{words(finding.kind)} · {finding.title}", key=finding.id):
            st.session_state["finding_id"] = finding.id
            st.switch_page("views/findings.py")
    if named is not None and not named.items:
        st.caption("No finding names it.")
with rows:
    show_rows(lambda limit, offset: client().records(found.id, limit=limit, offset=offset), key="entity_rows")
