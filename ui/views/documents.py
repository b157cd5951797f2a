"""Documents: what does it say, and does it still stand? The newest first, or one to read, page by page."""

import re

import streamlit as st

from api.schemas import DocumentAnswer, MentionItem, SearchAnswer
from ui.connection import ask, client
from ui.graph_view.board import Board
from ui.reader import paged
from ui.wording import in_markdown, look, number, standing, words

SHOWN = 25
ALIKE = 5
CHIPS_OF_A_KIND = 12
FACETS = {
    "kind": "Kind", "status": "Status", "year": "Year", "hts2": "Chapter", "port": "Port", "country": "Country",
    "party": "Party", "result": "Result",
}  # fmt: skip


def shelf() -> None:
    """The documents that match, the newest first, and how many there are of each kind."""
    text = st.text_input(
        "Words or numbers", key="documents_q", placeholder="all documents; or words, numbers, fields …"
    )
    with st.container(horizontal=True, gap="small"):
        boxes = {name: st.empty() for name in FACETS}
    everything = ask(lambda: found(text, {}))
    if everything is None:
        return
    picked = {name: values for name in FACETS if (values := _picked(boxes[name], name, everything))}
    answer = ask(lambda: found(text, picked)) if picked else everything
    if answer is None:
        return
    if answer.note:
        st.caption(in_markdown(answer.note))
    st.markdown(f"**{number(answer.total)} documents**, {'best' if text else 'newest'} first")
    for item in answer.items:
        state = "".join(f" · **{standing(value)}**" for value in item.fields.get("status", []))
        with st.container(gap=None):
            if st.button(
                f"{look('document').sign} **{in_markdown(item.title)}**", key=f"open {item.id}", type="tertiary"
            ):
                st.query_params["id"] = item.id
                st.rerun()
            st.caption(f"{words(item.kind)} {item.id.partition(':')[2]} · {item.date or 'no date'}{state}")
            if item.legal_told:
                st.caption(in_markdown(item.legal_told))
            if text and item.why:
                st.caption(f"why: {in_markdown('; '.join(one.told for one in item.why))}")
    if not answer.items:
        st.info("No document matches. Try fewer words, or take a choice away.")


def found(text: str, filters: dict[str, tuple[str, ...]]) -> SearchAnswer:
    """The first documents of a search; without words the newest."""
    return client().search(
        text,
        kinds=("documents",),
        filters=filters,
        facets=tuple(FACETS),
        sort="relevance" if text else "date",
        limit=SHOWN,
    )


def reading(document_id: str) -> None:
    """One document: its text on the left, what it mentions and what became of it on the right."""
    if st.button("← All documents", type="tertiary"):
        del st.query_params["id"]
        st.rerun()
    document = ask(lambda: client().document(document_id))
    if document is None:
        return
    st.markdown(f"### {in_markdown(document.title)}")
    st.markdown(
        f"{words(document.kind)} `{document.id.partition(':')[2]}` · {document.date or 'no date'} · "
        f"**{standing(document.standing)}**"
    )
    if document.legal_told:
        st.warning(in_markdown(document.legal_told))
    left, right = st.columns([2.3, 1], gap="medium")
    with left:
        _text(document)
    with right:
        _mentions(document)
        _chain(document)
        _alike(document)


def _picked(box: st.delta_generator.DeltaGenerator, name: str, answer: SearchAnswer) -> tuple[str, ...]:
    values = {f"{one.name or one.value} ({number(one.count)})": one.value for one in answer.facets.get(name, [])}
    if not values:
        return ()
    chosen = box.multiselect(FACETS[name], list(values), key=f"documents {name}", width=180)
    return tuple(values[label] for label in chosen)


def _text(document: DocumentAnswer) -> None:
    """The text, or the page of it that is chosen, with mentions marked and what is looked for in another colour."""
    pages, shown = {page.page: page for page in document.pages}, document
    find_box, page_box = st.columns([2, 1])
    wanted = find_box.text_input("Find in it", key="find_in", placeholder="words of this document")
    hits = _occurrences(document, wanted)
    if len(pages) > 1:
        first = next((hit.page for hit in hits if hit.page in pages), next(iter(pages)))
        chosen = page_box.selectbox("Page", list(pages), index=list(pages).index(first), key=f"page {wanted}")
        shown = document.model_copy(update={"pages": [pages[chosen]]})
    if wanted:
        on = sorted({hit.page for hit in hits if hit.page})
        where = f" on page {', '.join(map(str, on))}" if on else ""
        st.caption(
            f"{number(len(hits))} {'place' if len(hits) == 1 else 'places'}{where}" if hits else "Not in this document."
        )
    marked_up = shown.model_copy(update={"mentions": [*hits, *document.mentions]})
    with st.container(height=520):
        st.html(
            "<style>mark[title^=found] {background: #BFE3C0}</style>"
            f"<div style='white-space:pre-wrap;font-size:0.95rem'>{paged(marked_up)}</div>"
        )
    if not document.text:
        st.info("Its text is not on file.")


def _occurrences(document: DocumentAnswer, wanted: str) -> list[MentionItem]:
    """Where the words stand in the text, each with its page; any run of blanks is as good as another."""
    pattern = r"\s+".join(map(re.escape, wanted.split()))
    if not pattern:
        return []
    matches = re.finditer(pattern, document.text, re.IGNORECASE)
    return [
        MentionItem(
            entity="", kind="found", key=wanted, start=match.start(), end=match.end(), text=match.group(),
            page=next((page.page for page in document.pages if page.start <= match.start() < page.end), None),
        )
        for match in matches
    ]  # fmt: skip


def _mentions(document: DocumentAnswer) -> None:
    """What it names, as chips by kind; each goes to the canvas beside the document."""
    named = {mention.entity: mention for mention in reversed(document.mentions) if mention.entity}
    st.markdown(f"**Names** {number(len(named))} things")
    if named and st.button("All on the canvas", type="primary"):
        _to_canvas(document, list(named))
    by_kind: dict[str, list[tuple[str, MentionItem]]] = {}
    for entity_id, mention in sorted(named.items(), key=lambda item: item[1].start):
        by_kind.setdefault(mention.kind, []).append((entity_id, mention))
    for kind, of in by_kind.items():
        st.caption(words(kind))
        with st.container(horizontal=True, gap="small"):
            for entity_id, mention in of[:CHIPS_OF_A_KIND]:
                label = f"{look(kind).sign} {in_markdown(mention.text or mention.key)}"
                if st.button(label, key=f"chip {entity_id}", help=entity_id):
                    _to_canvas(document, [entity_id])
        if len(of) > CHIPS_OF_A_KIND:
            st.caption(f"and {number(len(of) - CHIPS_OF_A_KIND)} more")


def _to_canvas(document: DocumentAnswer, ids: list[str]) -> None:
    board = Board()
    board.put([document.id, *ids])
    board.select(ids[0] if len(ids) == 1 else document.id)
    st.switch_page("views/explore.py")


def _chain(document: DocumentAnswer) -> None:
    """What it is linked to in law."""
    if not document.chain:
        return
    st.markdown("**In law**")
    for step in document.chain:
        label = f"{step.relation} **{step.id.partition(':')[2]}**{f' on {step.date}' if step.date else ''}"
        if st.button(label, key=f"chain {step.relation} {step.id}", type="tertiary", help=step.title or None):
            st.query_params["id"] = step.id
            st.rerun()


def _alike(document: DocumentAnswer) -> None:
    """Other documents that share its rare words and numbers."""
    answer = ask(lambda: client().search("", like=document.id, kinds=("documents",), limit=ALIKE))
    if answer is None or not answer.items:
        return
    st.markdown("**More like this**")
    for item in answer.items:
        state = "".join(f" · {standing(value)}" for value in item.fields.get("status", []) if value != "in force")
        why = "; ".join(one.told for one in item.why[:6])
        label = f"{in_markdown(item.title)}{state}"
        if st.button(label, key=f"like {item.id}", type="tertiary", help=in_markdown(why) or None):
            st.query_params["id"] = item.id
            st.rerun()


opened = st.query_params.get("id", "")
if opened.startswith("issue:"):  # found beside documents, and has a page as what it is
    del st.query_params["id"]
    st.session_state["entity_id"] = opened
    st.switch_page("views/entity.py")
elif opened:
    reading(opened)
else:
    shelf()
