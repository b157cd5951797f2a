"""Entity: who is this? Numbers, names, activity by month, where it enters, what it brings, what it is linked to."""

from datetime import date

import streamlit as st

from api.schemas import (
    ActivityMonth,
    ActivityShare,
    EntityAnswer,
    JudgementRequest,
    PossiblySameItem,
    RelatedItem,
)
from ui import header
from ui.connection import activity, ask, client, entity, link_counts, related, search
from ui.graph_view.board import Board
from ui.reader import read
from ui.records import open_rows, show_rows
from ui.wording import UNKNOWN, in_markdown, look, number, period, standing, usd, words

LINKS = 50
# Kinds of entities that are parties, or numbers of parties.
PARTIES = ("party", "importer", "manufacturer", "broker", "surety", "company")
DOCUMENTS = 20
# Kinds of entities that past issues name.
LOOKED_INTO = ("party", "importer", "manufacturer", "port", "hts", "case", "issue")


def figures(found: EntityAnswer, months: list[ActivityMonth]) -> None:
    """Five figures, each with a door to the rows behind it."""
    value, count, links, first, last = st.columns(5)
    value.metric(
        "Entered value",
        usd(found.value_usd),
        border=True,
        height=165,
        chart_data=[month.value_usd for month in months] or None,
        chart_type="bar",
    )
    count.metric("Rows on file", number(found.count), border=True, height=165)
    links.metric("Links", number(found.degree), border=True, height=165)
    first.metric("First seen", str(found.first_date or UNKNOWN), border=True, height=165)
    last.metric("Last seen", str(found.last_date or UNKNOWN), border=True, height=165)
    if value.button("Open entry lines", type="tertiary"):
        _rows(found, f"Entry lines of {found.name}", table="entry_lines")
    if count.button("Open all rows", type="tertiary"):
        _rows(found, f"Rows of {found.name}")
    if links.button("Open links", type="tertiary"):
        _all_links(found)
    for column, day, which in ((first, found.first_date, "first"), (last, found.last_date, "last")):
        if day and column.button(f"Open the {which} rows", type="tertiary"):
            _rows(found, f"{found.name} on {day}", day=day)


def overview(found: EntityAnswer, months: list[ActivityMonth]) -> None:
    """Activity by month, and to which ports, tariff numbers and origins it goes."""
    if months:
        st.markdown("**Entered value by month, USD** · click a month to open its lines")
        chosen = st.vega_lite_chart(
            [month.model_dump() for month in months],
            {
                "height": 190,
                "mark": {"type": "bar", "color": "#0072B2"},
                "params": [{"name": "month", "select": {"type": "point", "fields": ["month"]}}],
                "encoding": {
                    "x": {"field": "month", "type": "ordinal", "title": None, "axis": {"labelOverlap": True}},
                    "y": {"field": "value_usd", "type": "quantitative", "title": "USD"},
                    "tooltip": [{"field": "month"}, {"field": "value_usd", "format": ",.0f"}, {"field": "lines"}],
                },
            },
            width="stretch",
            on_select="rerun",
            selection_mode="month",
            key=f"months {found.id}",
            alt=f"Entered value by month from {months[0].month} to {months[-1].month}",
        )
        picked = chosen.selection.get("month") or []
        for month in months:
            wanted = any(point.get("month") == month.month for point in picked)
            if wanted and st.button(f"Open the {number(month.lines)} lines of {month.month}"):
                _rows(found, f"{found.name} in {month.month}", table="entry_lines", month=month.month)
    seen = ask(lambda: activity(found.id))
    if seen is None:
        return
    headings = {
        "Ports": seen.ports, "Tariff numbers": seen.tariffs, "Origins": seen.origins,
        "Manufacturers": seen.manufacturers, "Importers": seen.importers,
    }  # fmt: skip
    told = [(heading, items) for heading, items in headings.items() if items]
    sides = st.columns(2)
    for place, (heading, items) in enumerate(told):
        with sides[place % 2]:
            _shares(heading, items)
    if seen.actions:
        st.markdown(
            "**Customs acted** · "
            + " · ".join(f"{in_markdown(words(name))} {number(count)}" for name, count in seen.actions.items())
        )
    if any(found.properties.values()):
        st.markdown("**On file**")
        st.dataframe(
            [{"what": words(name), "value": value} for name, value in found.properties.items() if value],
            hide_index=True,
        )


def links(found: EntityAnswer) -> None:
    """What it is linked to: count, value, period and sources of each link, and the way there."""
    counts = ask(lambda: link_counts(found.id))
    choice = {f"{item.label} ({number(item.count)})": item.link for item in counts.items} if counts else {}
    picked = st.selectbox("Links", ["all links", *choice], label_visibility="collapsed")
    answer = ask(lambda: related(found.id, header.as_of(), link=choice.get(picked, ""), limit=LINKS))
    if answer is None:
        return
    st.caption(f"The top {min(LINKS, answer.total)} of {number(answer.total)} by value")
    event = st.dataframe(
        [_row(item) for item in answer.items], hide_index=True, width="stretch", on_select="rerun",
        selection_mode="single-row", key=f"links {found.id}",
    )  # fmt: skip
    for row in event.selection.rows:
        if row < len(answer.items):
            _ways(answer.items[row].id, answer.items[row].name, key="link")


def documents(found: EntityAnswer) -> None:
    """What names it, and whether that still stands."""
    hits = ask(lambda: search(found.key, "documents", {}, DOCUMENTS))
    for hit in hits.items if hits else ():
        status = "".join(f" · **{standing(value)}**" for value in hit.fields.get("status", []))
        if st.button(f"{look('document').sign} **{in_markdown(hit.title)}**", key=hit.id, type="tertiary"):
            read(hit.id)
        st.caption(f"{words(hit.kind)} {hit.id.partition(':')[2]} · {hit.date or 'no date'}{status}")
        st.html(f"<div style='font-size:0.85rem'>{hit.snippet}</div>")
    if hits is not None and not hits.items:
        st.caption("No document names it.")


def findings(found: EntityAnswer) -> None:
    """The findings of which it is a member."""
    named = ask(lambda: client().entity_findings(found.id))
    for finding in named.items if named else ():
        label = f"{finding.probability:.2f} {words(finding.kind)} · {in_markdown(finding.title)}"
        if st.button(label, key=finding.id, type="tertiary"):
            st.session_state["finding_id"] = finding.id
            st.switch_page("views/findings.py")
    if named is not None and not named.items:
        st.caption("No finding names it.")


def identity(found: EntityAnswer) -> None:
    """To whom its numbers belong, who else may be the same and why, and what people judged."""
    known = ask(lambda: client().identity(found.id))
    if known is None:
        return
    for party in known.parties:
        goes_by = " · ".join(f"`{number}`" for number in party.identifiers)
        st.markdown(f"**{in_markdown(party.name)}** `{party.party}` goes by {goes_by or 'no number'}")
    if not known.parties:
        st.caption("Resolution has not looked at it; `tidewaiter refresh` does.")
    others = [one for one in known.possibly_same if not one.merged]
    st.markdown(f"**Possibly the same** {number(len(others))}")
    for count, other in enumerate(others):
        _possibly_same(found, count, other)
    if not others:
        st.caption("Nobody comes near.")
    merged = [one for one in known.possibly_same if one.merged]
    if merged:
        with st.expander(f"Why its records were put together ({number(len(merged))})"):
            for other in merged:
                st.markdown(f"{other.probability:.3f} {in_markdown(other.name)}")
                st.dataframe(_reasons(other), hide_index=True, width="stretch")
    st.markdown(f"**Judged by people** {number(len(known.judgements))}")
    for judged in known.judgements:
        state = f" · withdrawn by {in_markdown(judged.withdrawn_by)}" if judged.withdrawn_at else ""
        said, undo = st.columns([5, 1], vertical_alignment="center")
        said.markdown(
            f"{judged.number}. `{judged.left}` and `{judged.right}`: **{judged.verdict}**{state}  \n"
            f":small[{in_markdown(judged.reason)} ({in_markdown(judged.person)}, {judged.at:%Y-%m-%d})]"
        )
        if not judged.withdrawn_at and undo.button("Withdraw", key=f"withdraw {judged.number}"):
            _withdraw(judged.number)


def _withdraw(judgement: int) -> None:
    if ask(lambda: client().withdraw(judgement)) is not None:
        st.rerun()


def _possibly_same(found: EntityAnswer, count: int, other: PossiblySameItem) -> None:
    name, ways = st.columns([4, 2], vertical_alignment="center")
    name.markdown(
        f"**{other.probability:.2f}** {in_markdown(other.name)} "
        + " · ".join(f"`{number}`" for number in other.identifiers)
    )
    with ways.container(horizontal=True, gap="small"):
        if st.button("Open", key=f"same open {count}"):
            st.session_state["entity_id"] = other.party
            st.rerun()
        if other.identifiers and st.button("Judge", key=f"same judge {count}"):
            _judge(found, other)
    st.dataframe(_reasons(other), hide_index=True, width="stretch")


def _reasons(other: PossiblySameItem) -> list[dict[str, object]]:
    return [
        {"what": words(each.feature), "here": each.left, "there": each.right, "how alike": each.level,
         "bits": f"{each.bits:+.1f}"}
        for each in other.why
    ]  # fmt: skip


@st.dialog("The same party?")
def _judge(found: EntityAnswer, other: PossiblySameItem) -> None:
    st.markdown(f"{in_markdown(found.name)} and {in_markdown(other.name)}")
    verdict = st.radio("They are", ["same", "different", "unsure"], horizontal=True, index=None)
    reason = st.text_area("Because", max_chars=2_000, placeholder="What it rests on")
    if st.button("Note it", type="primary", disabled=not verdict or not reason.strip()) and verdict:
        request = JudgementRequest.model_validate(
            {"left": found.id, "right": other.party, "verdict": verdict, "reason": reason}
        )
        if ask(lambda: client().judge(request)):
            st.rerun()


def _shares(heading: str, items: list[ActivityShare]) -> None:
    st.markdown(f"**{heading}**")
    event = st.dataframe(
        [_share(item) for item in items],
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
        key=f"shares {heading}",
        column_config={"name": st.column_config.TextColumn(width=190)},
    )
    for row in event.selection.rows:
        if row < len(items):
            _ways(items[row].id, items[row].name, key=heading)


def _share(item: ActivityShare) -> dict[str, object]:
    key = item.id.partition(":")[2]
    return {
        "share": f"{item.share:.0%}", "key": key, "name": item.name if item.name != key else "",
        "value": usd(item.value_usd), "lines": item.lines,
    }  # fmt: skip


def _ways(entity_id: str, name: str, *, key: str) -> None:
    """From a chosen line on: its page, or both on the canvas."""
    with st.container(horizontal=True, gap="small"):
        if st.button(f"Open {in_markdown(name)}", key=f"{key} page"):
            st.session_state["entity_id"] = entity_id
            st.rerun()
        if st.button("Both to canvas", key=f"{key} canvas"):
            board = Board()
            board.put([st.query_params["id"], entity_id])
            board.select(entity_id)
            st.switch_page("views/explore.py")


def _row(item: RelatedItem) -> dict[str, object]:
    return {
        "": look(item.kind).sign, "link": item.link_label, "name": item.name, "value": usd(item.value_usd),
        "rows": item.count, "period": period(item.first_date, item.last_date), "sources": ", ".join(item.sources),
        "status": item.status, "id": item.id,
    }  # fmt: skip


@st.dialog("Links", width="large")
def _all_links(found: EntityAnswer) -> None:
    answer = ask(lambda: related(found.id, header.as_of(), limit=LINKS))
    if answer is not None:
        st.caption(f"{in_markdown(found.name)}: the top {min(LINKS, answer.total)} of {number(answer.total)} by value")
        st.dataframe([_row(item) for item in answer.items], hide_index=True, width="stretch")


def _rows(found: EntityAnswer, title: str, *, table: str = "", day: date | None = None, month: str = "") -> None:
    first, last = (day, day) if day else _days_of(month)
    open_rows(
        title,
        lambda limit, offset: client().records(
            found.id, table=table, limit=limit, offset=offset, date_from=first, date_to=last
        ),
    )


def _days_of(month: str) -> tuple[date | None, date | None]:
    if not month:
        return None, None
    first = date.fromisoformat(f"{month}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, date.fromordinal(following.toordinal() - 1)


asked_for = st.session_state.pop("entity_id", "")
if asked_for:
    st.session_state["entity_box"] = asked_for
elif "entity_box" not in st.session_state:
    st.session_state["entity_box"] = st.query_params.get("id", "")
written = st.text_input("Entity", key="entity_box", placeholder="importer:12-345678900", label_visibility="collapsed")
if not written:
    st.info("No entity is open. Find one on the Explore page and choose “Open page”, or type its id above.")
    if st.button("Go to Explore"):
        st.switch_page("views/explore.py")
    st.stop()
st.query_params["id"] = written
answered = ask(lambda: entity(written, header.as_of()))
if answered is None:
    st.stop()
shown: EntityAnswer = answered

title, act = st.columns([5, 1], vertical_alignment="center")
title.markdown(f"### {look(shown.kind).sign} {in_markdown(shown.name)}")
title.caption(
    f"{in_markdown(shown.kind_label)} · `{shown.id}`"
    + "".join(f" · `{other}`" for other in shown.identifiers)
    + (f" · as of {header.as_of()}" if header.as_of() else "")
)
if act.button("Put on the canvas", width="stretch"):
    canvas = Board()
    canvas.put([shown.id])
    canvas.select(shown.id)
    st.switch_page("views/explore.py")

if shown.kind in LOOKED_INTO and act.button("Tried before?", width="stretch", help="Past issues like this one"):
    st.session_state["prior_entity"] = shown.id
    st.switch_page("views/prior.py")

brought = ask(lambda: activity(shown.id))
by_month = brought.months if brought else []
figures(shown, by_month)
a_party = shown.kind in PARTIES
tabs = st.tabs(["Overview", "Links", "Documents", "Findings", "Rows", *(["Who is the same"] if a_party else [])])
with tabs[0]:
    overview(shown, by_month)
with tabs[1]:
    links(shown)
with tabs[2]:
    documents(shown)
with tabs[3]:
    findings(shown)
with tabs[4]:
    show_rows(lambda limit, offset: client().records(shown.id, limit=limit, offset=offset), key="entity_rows")
if a_party:
    with tabs[5]:
        identity(shown)
