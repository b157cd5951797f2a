"""Choices whose labels tell counts, and the address that holds them. What is chosen lives in the session under a name
of its own.

Invariant: a choice outlives its labels. Streamlit knows an option by its label, and loses what was chosen when a count
in it changes; so each set of labels is a box of its own, which begins with what was chosen in the one before.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def choose_one(box: DeltaGenerator, label: str, shown: Mapping[str, str], kept: str) -> None:
    """A list of `{value: label}` to choose one of; the value is kept in the session as `kept`."""
    values, key = list(shown), _key(kept, shown)
    at = values.index(st.session_state[kept])
    box.selectbox(
        label, values, index=at, format_func=shown.__getitem__, key=key, on_change=_keep, args=(kept, key)
    )  # fmt: skip


def choose_tab(box: DeltaGenerator, label: str, shown: Mapping[str, str], kept: str) -> None:
    """The same side by side, for a few values."""
    key = _key(kept, shown)
    box.segmented_control(
        label, list(shown), default=st.session_state[kept], format_func=shown.__getitem__, key=key, on_change=_keep,
        args=(kept, key), required=True, label_visibility="collapsed",
    )  # fmt: skip


def choose_some(
    box: DeltaGenerator, label: str, shown: Mapping[str, str], kept: str, *, width: int | Literal["stretch"]
) -> None:
    """The same for any number of values, kept as a list."""
    key = _key(kept, shown)
    box.multiselect(
        label, list(shown), default=st.session_state[kept], format_func=shown.__getitem__, key=key, on_change=_keep,
        args=(kept, key), width=width, placeholder=label, label_visibility="collapsed",
    )  # fmt: skip


def moved(kept: str, names: Iterable[str]) -> bool:
    """Whether the address says other than `wrote` left there, in these parts: it was opened so, or gone back to."""
    return st.session_state.get(kept) != _address(names)


def wrote(kept: str, **parts: Sequence[str]) -> None:
    """Write parts of the address, those without values not at all."""
    for name, values in parts.items():
        if values:
            st.query_params[name] = values
        else:
            st.query_params.pop(name, None)
    st.session_state[kept] = _address(parts)


def _address(names: Iterable[str]) -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in names}


def _key(kept: str, shown: Mapping[str, str]) -> str:
    return f"{kept} {hash(tuple(shown.items()))}"


def _keep(kept: str, key: str) -> None:
    st.session_state[kept] = st.session_state[key]
