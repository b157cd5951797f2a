"""The line above every page: the name, the one search box, the day as of which the graph is shown, and who asks.

Invariant: text and day live in the session under `q` and `as_of`, filled from the address once; a search from any
page opens Explore. The boxes have keys of their own, since Streamlit forgets a box when the page changes under it.
"""

from datetime import date

import streamlit as st

from ui.connection import ask, person
from ui.wording import in_markdown

# `/` goes to the search box from anywhere but another field; registered once a window.
_SLASH = """<script>
if (!window.tidewaiterSlash) {
  window.tidewaiterSlash = true;
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("input, textarea, [contenteditable=true]");
    if (event.key !== "/" || field || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    document.querySelector("input[aria-label=Search]")?.focus();
  });
}
</script>"""


def header() -> None:
    """Show the line."""
    state = st.session_state
    if "q" not in state:
        state["q"] = st.query_params.get("q", "")
        state["as_of"] = _day(st.query_params.get("as_of", ""))
    if "asked_again" in state:  # a kept search
        state["q"] = state["q_box"] = state.pop("asked_again")
    for box_key, kept in (("q_box", "q"), ("as_of_box", "as_of")):
        state.setdefault(box_key, state[kept])
    name, box, label, day, who = st.columns([1.1, 5.2, 0.6, 1.6, 1.1], vertical_alignment="center")
    name.markdown("**tidewaiter**")
    box.text_input(
        "Search",
        key="q_box",
        placeholder="a name, a number, words of a ruling, a product …   ( / )",
        label_visibility="collapsed",
        on_change=_asked,
    )
    label.markdown("as of")
    day.date_input(
        "As of", key="as_of_box", on_change=_dated, label_visibility="collapsed", format="YYYY-MM-DD",
        min_value=date(1980, 1, 1), max_value=date(2100, 1, 1),
        help="Shows the graph as known on this day; empty shows it as known now.",
    )  # fmt: skip
    asking = ask(person)
    if asking is None:
        st.stop()  # no page could say more than the error that now stands here
    who.caption(f"{in_markdown(asking.name)} · {asking.role}")
    st.html(_SLASH, unsafe_allow_javascript=True)


def _asked() -> None:
    st.session_state["q"] = st.session_state["q_box"]
    st.session_state["searched"] = True


def _dated() -> None:
    st.session_state["as_of"] = st.session_state["as_of_box"]


def searched_elsewhere() -> bool:
    """Whether the box was just used; true once."""
    return bool(st.session_state.pop("searched", False))


def as_of() -> str:
    """The chosen day in ISO; empty for now."""
    chosen = st.session_state.get("as_of")
    return chosen.isoformat() if isinstance(chosen, date) else ""


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        st.warning(f"The address asks for the day {written!r}, which is none. Shown is what is known now.")
        return None
