"""Saved searches, beside every box that searches: keep what is asked now, see what is new, ask it again."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from api.schemas import SavedItem, SavedRequest, SearchItem
from ui.connection import ask, client
from ui.wording import in_markdown, look, number, standing, words

# The choices that have a box of their own on the Documents page, by field.
BOXES = {
    "kind": "Kind", "status": "Status", "year": "Year", "hts2": "Chapter", "port": "Port", "country": "Country",
    "party": "Party", "result": "Result", "origin_consistent": "Origin as claimed",
    "hts_consistent": "Number as claimed",
}  # fmt: skip

Open = Callable[[SearchItem], None]


@st.fragment
def saved_searches(text: str, kinds: Sequence[str], filters: Mapping[str, Sequence[str]]) -> None:
    """A door to the searches that are kept; `text`, `kinds` and `filters` are what is asked now."""
    with st.popover("Saved searches", width="stretch"):
        _keep(text, kinds, filters)
        kept = ask(lambda: client().saved_searches())
        if kept is None:
            return
        if not kept.items:
            st.caption("None is kept yet. A kept search tells what is new since you last looked.")
        for one in kept.items:
            _saved(one)


def _keep(text: str, kinds: Sequence[str], filters: Mapping[str, Sequence[str]]) -> None:
    if not text and not filters:
        st.caption("Search for something, and it can be kept here.")
        return
    with st.form("keep search", clear_on_submit=True, border=False):
        name, keep = st.columns([3, 1], vertical_alignment="bottom")
        called = name.text_input("Keep this search as", placeholder="what you wait for", max_chars=200)
        if keep.form_submit_button("Keep", width="stretch") and called.strip():
            wanted = SavedRequest(
                name=called,
                query=text,
                kinds=list(kinds),
                filters={field: list(values) for field, values in filters.items()},
            )
            if saved := ask(lambda: client().save_search(wanted)):
                st.toast(f"Kept as {saved.name}. The {number(saved.found)} hits of today count as known.")


def _saved(one: SavedItem) -> None:
    narrowed = [f"{words(name)} {', '.join(values)}" for name, values in one.filters.items()]
    asked = " · ".join((one.query or "everything", *one.kinds, *narrowed))
    with st.container(border=True, gap="small"):
        st.markdown(
            f"**{in_markdown(one.name)}**  \n:small[{in_markdown(asked)} · last looked at {one.looked_at:%Y-%m-%d}, "
            f"{number(one.found)} then]"
        )
        with st.container(horizontal=True, gap="small"):
            if st.button("What is new", key=f"saved news {one.number}"):
                st.session_state["saved_news"] = one.number
                st.rerun()
            if st.button("Search again", key=f"saved open {one.number}"):
                _again(one)
            if st.button("Drop", key=f"saved drop {one.number}", help="Keep it no longer"):
                ask(lambda: client().remove_saved(one.number))
                st.rerun(scope="fragment")


def _again(one: SavedItem) -> None:
    """Where it is searched: everything at once on Explore, documents with their choices on Documents."""
    if one.filters or one.kinds:
        address = {name: list(values) for name, values in one.filters.items() if name in BOXES}
        kinds = [kind for kind in one.kinds if kind != "documents"]
        others = [f"{name}:{value}" for name, values in one.filters.items() if name not in BOXES for value in values]
        address |= {"q": [one.query], "filter": others} | ({"kind": kinds} if kinds else {})
        st.switch_page("views/documents.py", query_params=address)
    st.session_state["asked_again"] = one.query
    st.switch_page("views/explore.py")


def news_wanted(open_hit: Open) -> None:
    """Open the window with what is new in a saved search, or the hit in it, that somebody just asked for."""
    if (hit := st.session_state.pop("saved_hit", None)) is not None:
        open_hit(hit)
    elif (wanted := st.session_state.pop("saved_news", None)) is not None:
        _news(int(wanted))


@st.dialog("What is new", width="large")
def _news(saved: int) -> None:
    news = ask(lambda: client().saved_news(saved))
    if news is None:
        return
    st.markdown(
        f"**{in_markdown(news.saved.name)}**: {number(len(news.new))} new and {number(len(news.changed))} changed of "
        f"{number(news.total)} since {news.saved.looked_at:%Y-%m-%d}"
        + (f"; {number(news.gone)} are gone" if news.gone else "")
    )
    if news.new or news.changed or news.gone:
        if st.button("I have seen these", type="primary", help="What is there now counts as known."):
            ask(lambda: client().saved_seen(saved))
            st.rerun()
    else:
        st.info("Nothing is new. Come back after the next load and refresh.")
    with st.container(height=380, border=False):
        for one in news.changed:
            now = ", ".join(one.item.fields.get("status", [])) or "nothing"
            _hit(one.item, f"was {one.status_before or 'nothing'}, is **{standing(now)}**")
        for item in news.new:
            _hit(item, "new")


def _hit(item: SearchItem, why: str) -> None:
    kind = "document" if look(item.kind) == look("") else item.kind
    label = f"{look(kind).sign} **{in_markdown(item.title)}**"
    if st.button(label, key=f"news {item.id}", type="tertiary", help=item.id):
        st.session_state["saved_hit"] = item  # opened when this window is closed: there is one window at a time
        st.rerun()
    st.caption(f"{why} · {words(item.kind)} {item.id.partition(':')[2]} · {item.date or 'no date'}")
