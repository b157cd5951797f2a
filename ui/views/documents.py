"""Documents: what does it say, and does it still stand? The newest first, or one to read, page by page."""

import re
from collections.abc import Sequence

import streamlit as st

from api.schemas import DocumentAnswer, MentionItem, SearchAnswer, SearchItem
from ui.choosing import choose_some, moved, wrote
from ui.connection import ask, client, kinds
from ui.graph_view.board import Board
from ui.reader import paged, passage
from ui.saved import BOXES, news_wanted, saved_searches
from ui.wording import in_markdown, look, number, standing, stands, words

SHOWN = 25
ALIKE = 5
CHIPS_OF_A_KIND = 12


def shelf() -> None:
    """The documents that match, the newest first, and how many there are of each kind."""
    _asked_again()
    box, keep = st.columns([5, 1], vertical_alignment="bottom")
    text = box.text_input(
        "Words or numbers", key="documents_q", placeholder="all documents; or words, numbers, fields …"
    )
    with st.container(horizontal=True, gap="small"):
        boxes = {name: st.empty() for name in BOXES}
    everything = ask(lambda: found(text, {}))
    if everything is None:
        return
    chosen = {name: _picked(boxes[name], name, everything) for name in BOXES}
    others = st.query_params.get_all("filter")
    wrote("documents address", q=[text] if text else [], filter=others, **chosen)
    picked = {name: values for name, values in chosen.items() if values}
    for one in others:
        name, _, value = one.partition(":")
        picked[name] = (*picked.get(name, ()), value)
    with keep:
        saved_searches(text, ("documents",), picked)
    answer = ask(lambda: found(text, picked)) if picked else everything
    if answer is None:
        return
    if answer.note:
        st.caption(in_markdown(answer.note))
    _take_away(others)
    st.markdown(f"**{number(answer.total)} documents**, {'best' if text else 'newest'} first")
    for item in answer.items:
        _shown(item, with_why=bool(text))
    if answer.total > len(answer.items):
        st.caption(f"The first {number(len(answer.items))}. Narrow them by words or a choice above.")
    if not answer.items:
        st.info("No document matches. Try fewer words, or take a choice away.")


def _asked_again() -> None:
    """Words and choices from the address, where it was opened or gone back to."""
    if moved("documents address", ("q", "filter", *BOXES)):
        st.session_state["documents_q"] = st.query_params.get("q", "")
        st.session_state.update({f"documents {name}": st.query_params.get_all(name) for name in BOXES})


def _take_away(others: Sequence[str]) -> None:
    """Choices of a kept search that have no box of their own: each can be taken away."""
    for one in others:
        if st.button(f"✕ {in_markdown(one)}", key=f"without {one}", help="Take this choice away"):
            st.query_params["filter"] = [other for other in others if other != one]
            st.rerun()


def _shown(item: SearchItem, *, with_why: bool) -> None:
    state = "".join(f" · **{standing(value)}**" for value in item.fields.get("status", []))
    kind = "issue" if item.kind == "issue" else "document"
    with st.container(gap=None):
        if st.button(f"{look(kind).sign} **{in_markdown(item.title)}**", key=f"open {item.id}", type="tertiary"):
            _open(item.id)
        st.caption(f"{words(item.kind)} {item.id.partition(':')[2]} · {item.date or 'no date'}{state}")
        if item.legal_told:
            st.caption(in_markdown(item.legal_told))
        if with_why and item.snippet:
            passage(item)
        if with_why and item.why:
            st.caption(f"why: {in_markdown('; '.join(one.told for one in item.why))}")


def found(text: str, filters: dict[str, tuple[str, ...]]) -> SearchAnswer:
    """The first documents of a search; without words the newest."""
    return client().search(
        text,
        kinds=("documents",),
        filters=filters,
        facets=tuple(BOXES),
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
        f"{words(document.kind)} `{document.id.partition(':')[2]}` · {document.date or 'no date'}"
        f"{stands(document.kind, document.standing)}"
    )
    if document.legal_told:
        st.warning(in_markdown(document.legal_told))
    left, right = st.columns([2.3, 1], gap="medium")
    with left:
        _text(document)
    with right:
        _says(document)
        _mentions(document)
        _waiting(document)
        _chain(document)
        _alike(document)
        _on_file(document)


def _picked(box: st.delta_generator.DeltaGenerator, name: str, answer: SearchAnswer) -> tuple[str, ...]:
    kept = f"documents {name}"
    chosen: list[str] = st.session_state[kept]
    shown = {one.value: f"{one.name or words(one.value)} ({number(one.count)})" for one in answer.facets.get(name, [])}
    shown |= {value: words(value) for value in chosen if value not in shown}
    if shown:
        choose_some(box, BOXES[name], shown, kept, width=165)
    return tuple(chosen)


def _open(entity_id: str) -> None:
    """A document is read here; an issue has a page as what it is."""
    if entity_id.startswith("issue:"):
        st.session_state["entity_id"] = entity_id
        st.switch_page("views/entity.py")
    st.query_params["id"] = entity_id
    st.rerun()


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


def _says(document: DocumentAnswer) -> None:
    """What it decides or finds, with what a person should look at."""
    if not document.says:
        return
    st.markdown("**It says**")
    for count, said in enumerate(document.says):
        told = f"{words(said.what)}: **{in_markdown(said.value)}**"
        if said.entity:
            if st.button(told, key=f"says {count}", type="tertiary", help=f"{said.entity} to the canvas"):
                _to_canvas(document, [said.entity])
        else:
            st.markdown(told)
        if said.flag:
            st.markdown(f":orange-badge[look at: {in_markdown(said.flag)}]")


def _waiting(document: DocumentAnswer) -> None:
    """The door to its names that wait for a person."""
    answer = ask(lambda: client().claims(status="waiting", document=document.id, limit=1))
    if answer and answer.total and st.button(f"{number(answer.total)} claims on its names wait", key="claims wait"):
        st.switch_page("views/claims.py", query_params={"document": document.id})


def _mentions(document: DocumentAnswer) -> None:
    """What it names, as chips by kind; each goes to the canvas beside the document."""
    named = {mention.entity: mention for mention in reversed(document.mentions) if mention.entity}
    st.markdown(f"**Names** {number(len(named))} things")
    if named and st.button("All on the canvas", type="primary"):
        _to_canvas(document, list(named))
    by_kind: dict[str, list[tuple[str, MentionItem]]] = {}
    for entity_id, mention in sorted(named.items(), key=lambda item: item[1].start):
        by_kind.setdefault(mention.kind, []).append((entity_id, mention))
    labels = {one.kind: one.label for one in kinds().entities}
    for kind, of in by_kind.items():
        st.caption(labels.get(kind, words(kind)))
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
        label += f" ({step.status})" if step.status else ""
        passage = next((one.passage for one in document.legal if (one.document, one.by) == (document.id, step.id)), "")
        told = in_markdown(passage or step.title) or None
        if st.button(label, key=f"chain {step.relation} {step.id}", type="tertiary", help=told):
            _open(step.id)


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
            _open(item.id)


def _on_file(document: DocumentAnswer) -> None:
    """The rest of what is on file: numbers, days, the files that it came in. Results are told under what it says."""
    rest = {name: value for name, value in document.fields.items() if name != "results"}
    if not rest:
        return
    with st.expander("On file"):
        st.dataframe(
            [{"what": words(name), "value": "; ".join(value) if isinstance(value, list) else str(value)}
             for name, value in rest.items()],
            hide_index=True,
        )  # fmt: skip


news_wanted(lambda item: _open(item.id))
opened = st.query_params.get("id", "")
if opened.startswith("issue:"):
    del st.query_params["id"]
    _open(opened)
elif opened:
    reading(opened)
else:
    shelf()
