"""The reader: a document's text with what it mentions marked, its standing in law, and the way to the canvas."""

import html
from collections.abc import Sequence

import streamlit as st

from api.schemas import DocumentAnswer, MentionItem
from ui.connection import ask, client
from ui.graph_view.board import Board
from ui.wording import in_markdown, look, standing, words

_MOST_CHIPS = 24


@st.dialog("Document", width="large")
def read(document_id: str) -> None:
    """Open a document in a window over the page."""
    document = ask(lambda: client().document(document_id))
    if document is None:
        return
    st.markdown(f"#### {in_markdown(document.title)}")
    st.markdown(f"{words(document.kind)} · {document.date or 'no date'} · **{standing(document.standing)}**")
    for step in document.chain:
        st.markdown(
            f"- {in_markdown(step.relation)} **{in_markdown(step.id.partition(':')[2])}** "
            f"{in_markdown(step.title)} {step.date or ''}"
        )
    _chips(document)
    with st.container(height=380):
        st.html(f"<div style='white-space:pre-wrap;font-size:0.95rem'>{paged(document)}</div>")


def _chips(document: DocumentAnswer) -> None:
    named = {mention.entity: mention for mention in reversed(document.mentions) if mention.entity}
    board = Board()
    with st.container(horizontal=True, gap="small"):
        if st.button("All on the canvas", type="primary"):
            board.put([document.id, *named, *(step.id for step in document.chain)])
            board.select(document.id)
            st.rerun()
        for entity_id, mention in sorted(named.items(), key=lambda item: item[1].start)[:_MOST_CHIPS]:
            label = in_markdown(mention.text or mention.key)
            if st.button(f"{look(mention.kind).sign} {label}", key=f"chip {entity_id}", help=entity_id):
                board.put([document.id, entity_id])
                board.select(entity_id)
                st.rerun()


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
