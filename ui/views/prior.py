"""Prior work: was this tried before? Past issues, lab reports and rulings, how they ended, and why they are alike."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from api.schemas import (
    PriorAlike,
    PriorAnswer,
    PriorDocument,
    PriorIssueItem,
    PriorKinItem,
    PriorPaperItem,
    PriorReason,
    PriorRequest,
    RecordsAnswer,
)
from ui import header
from ui.connection import ask, client, prior
from ui.reader import read
from ui.records import open_rows
from ui.wording import in_markdown, look, number, standing, usd, words

SHOWN = 10
OPEN_AT_ONCE = 1  # the best precedent is laid open, the others at a click
# The boxes of the question: its name in the address and over HTTP, what stands above it, an example in it.
BOXES = {
    "importer": ("Importer", "12-345678900"),
    "manufacturer": ("Maker (MID)", "CNSHEFUR123SHE"),
    "port": ("Port", "2704"),
    "hts": ("Tariff number", "7326.20"),
    "case": ("AD/CVD case", "A-570-918"),
    "issue": ("Issue on file", "2024-0117"),
}
NUMBERS = ("importer", "manufacturer", "port", "hts", "case")
# Of which entity a past matter's rows are, by their table.
RECORDS = {"issues": "issue", "documents": "document"}
SCALE = {"very": "●●●", "much": "●●○", "partly": "●○○"}


def question() -> PriorRequest | None:
    """The boxes, filled from the address; None while nothing is asked."""
    state, address = st.session_state, st.query_params
    if "prior_entity" in state:  # another page asks about an entity: into its box, where it has one
        kind, _, key = (entity_id := str(state.pop("prior_entity"))).partition(":")
        address.clear()
        address[kind if kind in BOXES else "entity"] = key if kind in BOXES else entity_id
        for name in (*BOXES, "text"):
            state[f"prior {name}"] = address.get(name, "")
    for name in (*BOXES, "text"):
        state.setdefault(f"prior {name}", address.get(name, ""))
    with st.form("question", border=False):
        for column, (name, (label, example)) in zip(st.columns(len(BOXES)), BOXES.items(), strict=True):
            column.text_input(label, key=f"prior {name}", placeholder=example)
        text, go = st.columns([6, 1], vertical_alignment="bottom")
        text.text_area(
            "Goods, matter or draft in words",
            key="prior text",
            height=68,
            max_chars=50_000,
            placeholder="garment hangers of steel wire declared as of Vietnam; numbers and names in it are read",
        )
        asked = go.form_submit_button("Was it tried?", type="primary", width="stretch")
    if asked:
        address.pop("entity", None)
        for name in (*BOXES, "text"):
            written = state[f"prior {name}"].strip()
            if written:
                address[name] = written
            else:
                address.pop(name, None)
    given = {name: address.get(name, "") for name in (*BOXES, "text", "entity") if address.get(name, "").strip()}
    if not given:
        return None
    return PriorRequest.model_validate(
        {
            **{name: _listed(value) if name in NUMBERS else value for name, value in given.items()},
            "as_of": header.as_of() or None,
            "limit": SHOWN,
        }
    )


def _listed(written: str) -> list[str]:
    """Several numbers in one box stand between commas or semicolons."""
    return [part.strip() for part in written.replace(";", ",").split(",") if part.strip()]


def show(answer: PriorAnswer) -> None:
    """Issues on the left; on the right what else was looked for, and what laboratories and rulings say."""
    understood = " · ".join(
        f"{words(kind)} {', '.join(values)}" for kind, values in answer.asked.items() if kind != "text"
    )
    st.caption(in_markdown(" ".join((f"Asked: {understood or 'words alone'}.", *answer.notes))))
    issues, beside = st.columns([3, 2], gap="large")
    with issues:
        order = ", the most alike first" if answer.precedents else ""
        st.markdown(f"**Tried before** {number(len(answer.precedents))} of {number(answer.total)}{order}")
        for place, one in enumerate(answer.precedents):
            _issue(one, opened=place < OPEN_AT_ONCE)
        if not answer.precedents:
            st.info(
                "No past issue is like this. Ask more widely: fewer boxes, a shorter number, or the goods in words."
            )
    with beside:
        if answer.kin:
            st.markdown("**Also looked for, as the same party**")
            for count, kin in enumerate(answer.kin):
                _kin(kin, count)
        st.markdown(f"**Lab reports and rulings** {number(len(answer.papers))} of {number(answer.total_papers)}")
        for paper in answer.papers:
            _paper(paper)
        if not answer.papers:
            st.caption("None bears on it.")


def _issue(one: PriorIssueItem, *, opened: bool) -> None:
    with st.container(border=True):
        _head(one, one.id, f"**Done** {in_markdown(one.done)}", f"**Ended** {in_markdown(one.outcome)}")
        with st.expander("Why, what was done, and all versions", expanded=opened):
            _reasons(one, one.id)
            if one.interventions:
                st.dataframe(
                    [
                        {
                            "port": f"{row.port.partition(':')[2]} {row.port_name}", "from": row.started_on,
                            "to": row.ended_on, "sample": row.sample_size, "exams": row.exams,
                            "discrepancies": row.discrepancies, "material": row.material,
                            "revenue": usd(row.revenue_usd),
                        }
                        for row in one.interventions
                    ],
                    hide_index=True,
                    width="stretch",
                )  # fmt: skip
            st.dataframe(
                [
                    {
                        "version": row.version, "as of": row.as_of, "status": row.status, "work": words(row.work_kind),
                        "result": words(row.result_code), "conclusion": row.conclusion,
                    }
                    for row in one.history
                ],
                hide_index=True,
                width="stretch",
            )  # fmt: skip
            about = [one.owner_office, one.issue_type, words(one.priority_trade_issue), one.security_label]
            st.caption(" · ".join(in_markdown(part) for part in about if part))
        _documents(one.documents, one.id)


def _head(one: PriorAlike, entity_id: str, *told: str) -> None:
    """The title, which opens the record; how alike it is and why, in a line; and what is told of it below."""
    kind, _, key = entity_id.partition(":")
    if st.button(f"{look(kind).sign} **{in_markdown(one.title)}**", key=f"open {entity_id}", type="tertiary"):
        _open(entity_id)
    alike = f"{SCALE[one.alike]} **{one.score:.2f}** {one.alike} alike: {in_markdown(one.why)}"
    st.markdown("  \n".join((f"{alike} · `{key}`", *told)))


def _reasons(one: PriorAlike, key: str) -> None:
    for count, reason in enumerate(one.reasons):
        told, ways = st.columns([5, 1.6])
        told.markdown(f"`{reason.worth:.2f}` **{in_markdown(reason.label)}**: {in_markdown(reason.words)}")
        with ways.container(horizontal=True, gap="small"):
            _ways(reason, f"{key} {count}")
    if one.kept < 0.995:
        st.caption(f"Of this likeness {one.kept:.0%} is kept for its age.")


def _ways(reason: PriorReason, key: str) -> None:
    """From a reason to the past matter's own rows, and to the finding, party or claim that says so."""
    record = reason.records[0]
    thing = f"{RECORDS[record.table]}:{record.key[0]}"
    if st.button("Rows", key=f"rows {key}", type="tertiary"):
        open_rows(reason.words, partial(_rows, thing, record.table))
    _opens(reason.opens, key)


def _opens(opens: Sequence[str], key: str) -> None:
    """Doors to entities, findings and claims; a claim is written `source link target`."""
    for count, way in enumerate(opens):
        claimed = " " in way
        label = "Claim" if claimed else words(way.partition(":")[0]).capitalize()
        if st.button(label, key=f"opens {key} {count}", type="tertiary", help=way):
            open_rows(way, partial(_claim, way)) if claimed else _open(way)


def _rows(entity_id: str, table: str, limit: int, offset: int) -> RecordsAnswer:
    return client().records(entity_id, table=table, limit=limit, offset=offset)


def _claim(claim: str, limit: int, offset: int) -> RecordsAnswer:
    source, link, target = claim.split(" ", 2)
    return client().link_records(source, link, target, limit=limit, offset=offset)


def _kin(kin: PriorKinItem, count: int) -> None:
    named, ways = st.columns([5, 2])
    named.markdown(
        f"{look(kin.number.partition(':')[0]).sign} **{in_markdown(kin.name or kin.number)}** `{kin.number}`  \n"
        f":small[{kin.certainty:.2f}: {in_markdown('; '.join(kin.why))}]"
    )
    with ways.container(horizontal=True, gap="small"):
        _opens((kin.number, *kin.opens), f"kin {count}")


def _documents(documents: Sequence[PriorDocument], key: str) -> None:
    """The issue's own documents and the rulings that it cites, loud where these fell."""
    with st.container(horizontal=True, gap="small"):
        for document in documents:
            fell = f" {standing(document.standing)}" if document.standing in ("revoked", "modified") else ""
            label = f"{look('document').sign} {in_markdown(document.id.partition(':')[2])}{fell}"
            told = "; ".join((document.title, *(f"by {one}" for one in document.changed_by)))
            if st.button(
                label, key=f"read {key} {document.id}", type="tertiary", help=told, disabled=not document.title
            ):
                read(document.id)


def _paper(paper: PriorPaperItem) -> None:
    with st.container(border=True):
        fell = f" · **{standing(paper.standing)}**" if paper.standing in ("revoked", "modified") else ""
        _head(paper, paper.id, f"{words(paper.kind)} · {paper.date or 'no date'}{fell}", in_markdown(paper.outcome))
        with st.expander("Why"):
            _reasons(paper, paper.id)


def _open(entity_id: str) -> None:
    """Open a document in the reader, a finding or an entity on its page."""
    kind, _, key = entity_id.partition(":")
    if kind == "document":
        read(entity_id)
    elif kind == "finding":
        st.session_state["finding_id"] = key
        st.switch_page("views/findings.py")
    else:
        st.session_state["entity_id"] = entity_id
        st.switch_page("views/entity.py")


wanted = question()
if wanted is None:
    st.info(
        "Ask before a new intervention is begun: a firm, a port, a tariff number, the goods in words, or a draft. "
        "Shown is what was tried before, also on the same firm under another number, and how it ended."
    )
    st.stop()
asked: PriorRequest = wanted
answered = ask(lambda: prior(asked.model_dump_json()))
if answered is not None:
    show(answered)
