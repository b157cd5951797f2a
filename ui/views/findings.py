"""Findings: what should I look at first? A ranked queue; for each, what shows it and what speaks against."""

from functools import partial

import streamlit as st

from api.schemas import FindingItem, RecordsAnswer
from ui.connection import ask, client
from ui.graph_view.board import Board
from ui.records import open_rows
from ui.wording import chance, in_markdown, number, usd, words

MOST_LISTED = 500


def queue() -> FindingItem | None:
    """The ranked list within the person's budget; returns the finding chosen."""
    budget, least, selected_only = st.columns([1, 1, 1])
    most = budget.number_input("Exams you can do", 1, MOST_LISTED, value=25)
    probability = least.slider("At least this probability", 0.0, 1.0, 0.0, 0.05)
    only = selected_only.toggle(
        "Only the queue", value=False, help="Findings selected so that at most one in ten is expected to be false."
    )
    answer = ask(lambda: client().findings(min_probability=probability, queue=True if only else None, limit=int(most)))
    if answer is None:
        return None
    if not answer.items:
        st.info("No finding passes. Lower the probability, or load more data and run `tidewaiter refresh`.")
        return None
    st.caption(f"{number(len(answer.items))} of {number(answer.total)} findings, most probable first")
    wanted = st.session_state.pop("finding_id", "") or st.query_params.get("id", "")
    event = st.dataframe(
        [
            {
                "probability": f"{item.probability:.2f}", "queue": "●" if item.queue else "", "kind": words(item.kind),
                "claim": item.title, "duty at stake": usd(item.duty_at_stake_usd), "since": item.period_from,
            }
            for item in answer.items
        ],
        hide_index=True,
        width="stretch",
        height=260,
        on_select="rerun",
        selection_mode="single-row",
    )  # fmt: skip
    if event.selection.rows:
        return answer.items[event.selection.rows[0]]
    if wanted:
        return ask(lambda: client().finding(wanted))
    return answer.items[0]


def show(finding: FindingItem) -> None:
    """One finding: the claim, the evidence with its rows, the innocent explanations, the open question."""
    st.query_params["id"] = finding.id
    st.markdown(f"#### {in_markdown(finding.title)}")
    duty = in_markdown(usd(finding.duty_at_stake_usd))
    st.markdown(
        f"{chance(finding.probability, finding.calibration)} Duty at stake **{duty}**, "
        f"{finding.period_from} to {finding.period_to}."
        + (" Selected at the false-discovery rate." if finding.queue else " Below the line of the queue.")
    )
    evidence, other = st.columns([3, 2], gap="large")
    with evidence:
        st.markdown("**What shows it**")
        for count, item in enumerate(finding.evidence):
            st.markdown(f"{count + 1}. {in_markdown(item.claim)}")
            if item.numbers:
                st.caption(" · ".join(f"{words(name)} {value}" for name, value in item.numbers.items()))
            if item.records and st.button(f"Open {len(item.records)} rows", key=f"evidence {count}"):
                open_rows(item.claim, partial(_evidence_rows, finding.id, count))
        st.markdown("**Innocent explanations that were tested**")
        st.dataframe(
            [
                {"explanation": item.name, "tested by": item.tested, "result": item.result}
                for item in finding.innocent_explanations
            ],
            hide_index=True,
            width="stretch",
        )
    with other:
        st.markdown("**Who is in it**")
        for member in finding.members:
            name, page = st.columns([4, 1])
            name.markdown(
                f"{words(member.role)}: **{in_markdown(member.name or member.entity)}**  \n{in_markdown(member.why)}"
            )
            if page.button("Open", key=f"member {member.entity} {member.role}"):
                st.session_state["entity_id"] = member.entity
                st.switch_page("views/entity.py")
        if st.button("Put them on the canvas", type="primary"):
            board = Board()
            board.put(member.entity for member in finding.members)
            board.select(finding.members[0].entity)
            st.switch_page("views/explore.py")
        st.markdown(f"**Only a person can decide**  \n{in_markdown(finding.scope_question)}")
        if finding.next_steps:
            st.markdown("**What to do next**\n" + "\n".join(f"- {in_markdown(step)}" for step in finding.next_steps))
        st.markdown("**Entries**")
        st.code("\n".join(finding.entries) or "none on file", language=None)


def _evidence_rows(finding_id: str, item: int, limit: int, offset: int) -> RecordsAnswer:
    return client().evidence_records(finding_id, item, limit=limit, offset=offset)


chosen = queue()
if chosen is not None:
    st.divider()
    show(chosen)
