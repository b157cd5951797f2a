"""The reader: a document's text with what it mentions marked and its standing in law, or an issue with its versions;
and the way to the canvas."""

import html
from collections.abc import Mapping, Sequence

import streamlit as st

from api.schemas import DocumentAnswer, EntityAnswer, MentionItem, SearchItem
from ui.connection import ask, client, entity, related
from ui.graph_view.board import Board
from ui.wording import in_markdown, look, stands, words

_MOST_CHIPS = 24
_MOST_VERSIONS = 100
# Columns of an issue's versions that a reader wants to see, in this order.
_VERSION = ("version", "as_of", "status", "work_kind", "result_code", "conclusion", "revenue_impact_usd")


def read(entity_id: str) -> None:
    """Open a document, or an issue, in a window over the page."""
    if entity_id.startswith("issue:"):
        _read_issue(entity_id)
    else:
        _read_document(entity_id)


@st.dialog("Issue", width="large")
def _read_issue(issue_id: str) -> None:
    issue = ask(lambda: entity(issue_id, ""))
    rows = ask(lambda: client().records(issue_id, table="issues", limit=_MOST_VERSIONS))
    if issue is None or rows is None:
        return
    told = [words(value) for name in ("status", "issue_type", "work_kind") if (value := issue.properties.get(name))]
    st.markdown(f"#### {look('issue').sign} {in_markdown(issue.name)}")
    st.markdown(in_markdown(" · ".join((issue.key, str(issue.first_date or "no date"), *told))))
    versions = sorted(
        (row for table in rows.tables for row in table.rows), key=lambda row: int(str(row.get("version") or 0))
    )
    latest = versions[-1] if versions else {}
    if conclusion := latest.get("conclusion"):
        st.markdown(f"**Ended** {in_markdown(str(conclusion))}")
    if description := latest.get("description"):
        st.markdown(in_markdown(str(description)))
    _issue_chips(issue)
    columns = [name for name in _VERSION if any(row.get(name) not in (None, "") for row in versions)]
    st.dataframe(
        [{words(name): row.get(name) for name in columns} for row in versions], hide_index=True, width="stretch"
    )
    if st.button("Open page"):
        st.session_state["entity_id"] = issue.id
        st.switch_page("views/entity.py")


def _issue_chips(issue: EntityAnswer) -> None:
    """What the issue concerns and cites, and its own documents, as chips that go to the canvas beside it."""
    linked = ask(lambda: related(issue.id, "", limit=_MOST_CHIPS))
    named = {item.id: f"{look(item.kind).sign} {in_markdown(item.name)}" for item in linked.items} if linked else {}
    _to_canvas(issue.id, named)


@st.dialog("Document", width="large")
def _read_document(document_id: str) -> None:
    document = ask(lambda: client().document(document_id))
    if document is None:
        return
    st.markdown(f"#### {in_markdown(document.title)}")
    st.markdown(f"{words(document.kind)} · {document.date or 'no date'}{stands(document.kind, document.standing)}")
    for step in document.chain:
        st.markdown(
            f"- {in_markdown(step.relation)} **{in_markdown(step.id.partition(':')[2])}** "
            f"{in_markdown(step.title)} {step.date or ''}{f' ({step.status})' if step.status else ''}"
        )
    _chips(document)
    with st.container(height=380):
        st.html(f"<div style='white-space:pre-wrap;font-size:0.95rem'>{paged(document)}</div>")


def _chips(document: DocumentAnswer) -> None:
    named = {mention.entity: mention for mention in reversed(document.mentions) if mention.entity}
    in_order = sorted(named.items(), key=lambda item: item[1].start)
    chips = {
        entity_id: f"{look(mention.kind).sign} {in_markdown(mention.text or mention.key)}"
        for entity_id, mention in in_order
    }
    _to_canvas(document.id, chips, also=[step.id for step in document.chain])


def _to_canvas(opened: str, chips: Mapping[str, str], *, also: Sequence[str] = ()) -> None:
    """A button for each entity, by id, and one for all of them with what is open."""
    board = Board()
    with st.container(horizontal=True, gap="small"):
        if st.button("All on the canvas", type="primary"):
            board.put([opened, *chips, *also])
            board.select(opened)
            st.switch_page("views/explore.py")
        for entity_id, label in list(chips.items())[:_MOST_CHIPS]:
            if st.button(label, key=f"chip {entity_id}", help=entity_id):
                board.put([opened, entity_id])
                board.select(entity_id)
                st.switch_page("views/explore.py")


def passage(hit: SearchItem) -> None:
    """Where a search met a document, in its own words and with its page; the service has escaped all but its marks."""
    page = f"p. {hit.page}: " if hit.page else ""
    st.html(f"<div style='font-size:0.82rem;color:#444'>{page}{hit.snippet}</div>")


def paged(document: DocumentAnswer) -> str:
    """The document's text as HTML, page by page where the pages of its original are known."""
    if not document.pages:
        return marked(document.text, document.mentions)
    parts = []
    for page in document.pages:
        here = [
            mention.model_copy(update={"start": mention.start - page.start, "end": mention.end - page.start})
            for mention in document.mentions
            if mention.page == page.page
        ]
        how = ", recognised from its picture" if page.ocr else ""
        head = f"<div style='opacity:0.6;font-size:0.8rem'>Page {page.page}{how}</div>"
        parts.append(head + marked(document.text[page.start : page.end], here))
    return "\n\n".join(parts)


def marked(text: str, mentions: Sequence[MentionItem]) -> str:
    """The text as HTML with its mentions marked; of overlapping mentions the first and longest counts.

    >>> one = MentionItem(entity="port:2704", kind="port", key="2704", start=3, end=7)
    >>> marked("at 2704 <now>", [one])
    'at <mark title="port:2704">2704</mark> &lt;now&gt;'
    """
    parts: list[str] = []
    told = 0
    for mention in sorted(mentions, key=lambda one: (one.start, -one.end)):
        if mention.start < told or mention.end <= mention.start or mention.end > len(text):
            continue
        title = html.escape(mention.entity or f"{mention.kind} {mention.key}", quote=True)
        parts.append(html.escape(text[told : mention.start], quote=False))
        parts.append(f'<mark title="{title}">{html.escape(text[mention.start : mention.end], quote=False)}</mark>')
        told = mention.end
    parts.append(html.escape(text[told:], quote=False))
    return "".join(parts)
