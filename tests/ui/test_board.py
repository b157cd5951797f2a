"""The board: what stands on the canvas, what is taken back, and what the address says of it."""

from streamlit.testing.v1 import AppTest

from ui.graph_view.board import MOST_NODES


def board_page() -> None:
    """A page with a board, and buttons that do to it what the session asks for."""
    import streamlit as st

    from ui.graph_view.board import Board

    board = Board()
    for action, ids in st.session_state.pop("steps", []):
        match action:
            case "put":
                st.session_state["left_out"] = board.put(ids)
            case "hide":
                board.hide(ids)
            case "select":
                board.select(ids[0])
            case "undo":
                board.undo()
            case "redo":
                board.redo()
    st.session_state["seen"] = (board.ids, board.selected, board.can_undo, board.can_redo)


def after(*steps: tuple[str, list[str]], app: AppTest | None = None, **address: str) -> AppTest:
    page = app or AppTest.from_function(board_page)
    for name, value in address.items():
        page.query_params[name] = value
    page.session_state["steps"] = list(steps)
    page.run()
    assert not page.exception
    return page


def test_entities_come_once_and_in_the_order_they_were_put() -> None:
    page = after(("put", ["port:2704", "country:CN"]), ("put", ["country:CN", "hts:7326"]))
    assert page.session_state["seen"][0] == ("port:2704", "country:CN", "hts:7326")


def test_the_address_restores_the_board_and_the_selection() -> None:
    page = after(on="port:2704,country:CN", at="country:CN")
    assert page.session_state["seen"][:2] == (("port:2704", "country:CN"), "country:CN")


def test_the_board_writes_itself_into_the_address() -> None:
    page = after(("put", ["port:2704", "country:CN"]), ("select", ["port:2704"]))
    assert page.query_params["on"] == "port:2704,country:CN"
    assert page.query_params["at"] == "port:2704"


def test_undo_takes_back_and_redo_does_again() -> None:
    page = after(("put", ["port:2704"]), ("put", ["country:CN"]), ("undo", []))
    assert page.session_state["seen"] == (("port:2704",), "", True, True)
    after(("redo", []), app=page)
    assert page.session_state["seen"] == (("port:2704", "country:CN"), "", True, False)


def test_a_new_step_ends_what_could_be_done_again() -> None:
    page = after(("put", ["port:2704"]), ("undo", []), ("put", ["hts:7326"]), ("redo", []))
    assert page.session_state["seen"] == (("hts:7326",), "", True, False)


def test_nothing_to_undo_changes_nothing() -> None:
    assert after(("undo", []), ("redo", [])).session_state["seen"] == ((), "", False, False)


def test_what_is_already_there_is_no_step_to_take_back() -> None:
    page = after(("put", ["port:2704"]), ("put", ["port:2704"]), ("undo", []))
    assert page.session_state["seen"] == ((), "", False, True)


def test_hiding_the_selected_entity_closes_the_inspector() -> None:
    page = after(("put", ["port:2704", "country:CN"]), ("select", ["country:CN"]), ("hide", ["country:CN"]))
    assert page.session_state["seen"][:2] == (("port:2704",), "")
    assert "at" not in page.query_params


def test_a_full_canvas_says_how_many_found_no_room() -> None:
    page = after(("put", [f"hts:{number}" for number in range(MOST_NODES + 7)]))
    assert len(page.session_state["seen"][0]) == MOST_NODES
    assert page.session_state["left_out"] == 7
