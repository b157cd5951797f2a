"""What stands on the canvas: entity ids in the order they came, with undo and redo, mirrored in the address.

Invariant: the address bar is the state. `on` and `at` in the address restore the same board in another browser;
only the undo history stays behind.
"""

from collections.abc import Iterable, Sequence

import streamlit as st

MOST_NODES = 300  # above this a picture says nothing more; the person is asked to hide some


class Board:
    """The entities on this session's canvas and the one that is selected."""

    def __init__(self) -> None:
        state = st.session_state
        if "board" not in state:
            state["board"] = [item for item in st.query_params.get("on", "").split(",") if item]
            state["board_done"], state["board_undone"] = [], []
            state["board_selected"] = st.query_params.get("at", "")
        self._state = state

    @property
    def ids(self) -> tuple[str, ...]:
        """The entities on the canvas, in the order they were put there."""
        return tuple(self._state["board"])

    @property
    def selected(self) -> str:
        """The entity in the inspector; empty when none is."""
        return str(self._state["board_selected"])

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._state["board_done"])

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return bool(self._state["board_undone"])

    def put(self, entity_ids: Iterable[str]) -> int:
        """Put entities on the canvas; returns how many found no room."""
        new = [item for item in dict.fromkeys(entity_ids) if item not in self._state["board"]]
        room = MOST_NODES - len(self._state["board"])
        self._change([*self._state["board"], *new[:room]])
        return max(len(new) - room, 0)

    def hide(self, entity_ids: Iterable[str]) -> None:
        """Take entities off the canvas."""
        gone = set(entity_ids)
        self._change([item for item in self._state["board"] if item not in gone])
        if self.selected in gone:
            self.select("")

    def select(self, entity_id: str) -> None:
        """Open an entity in the inspector."""
        self._state["board_selected"] = entity_id
        self.write_address()

    def undo(self) -> None:
        """Take the last step back."""
        self._step(self._state["board_done"], self._state["board_undone"])

    def redo(self) -> None:
        """Do the step that was taken back again."""
        self._step(self._state["board_undone"], self._state["board_done"])

    def _change(self, board: Sequence[str]) -> None:
        if list(board) == self._state["board"]:
            return
        self._state["board_done"].append(self._state["board"])
        self._state["board_undone"].clear()
        self._state["board"] = list(board)
        self.write_address()

    def _step(self, back: list[list[str]], forth: list[list[str]]) -> None:
        if back:
            forth.append(self._state["board"])
            self._state["board"] = back.pop()
            self.write_address()

    def write_address(self, **others: str) -> None:
        """Write the board, and other parts of the page's state, into the address."""
        for name, value in {"on": ",".join(self.ids), "at": self.selected, **others}.items():
            if value:
                st.query_params[name] = value
            else:
                st.query_params.pop(name, None)
