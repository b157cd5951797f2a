"""Every number is a door: the rows behind it, in a table that sorts, filters, pages and can be saved."""

import csv
import io
from collections.abc import Callable

import streamlit as st

from api.schemas import RecordsAnswer, RecordTable
from ui.connection import ask
from ui.wording import number, words

ROWS_A_PAGE = 100


def open_rows(title: str, rows: Callable[[int, int], RecordsAnswer]) -> None:
    """Open the rows in a window over the page; `rows` takes (limit, offset)."""

    @st.dialog(title, width="large")
    def window() -> None:
        show_rows(rows, key="window")

    window()


def show_rows(rows: Callable[[int, int], RecordsAnswer], *, key: str) -> None:
    """Show one page of rows, a table for each kind of record."""
    page = int(st.session_state.get(f"{key}_page", 1))
    answer = ask(lambda: rows(ROWS_A_PAGE, (page - 1) * ROWS_A_PAGE))
    if answer is None:
        return
    if not answer.tables:
        st.info("No rows stand behind this. It may come from a list that is not kept row by row.")
        return
    for table in answer.tables:
        st.caption(f"{words(table.table)} · {number(table.total)} rows")
        filled = [name for name in table.columns if any(row.get(name) not in (None, "", []) for row in table.rows)]
        st.dataframe([{name: row.get(name) for name in filled} for row in table.rows], hide_index=True, width="stretch")
        st.download_button(
            "Save these rows as CSV",
            _as_csv(table),
            file_name=f"{table.table}.csv",
            mime="text/csv",
            key=f"{key}_{table.table}_csv",
        )
    most = max(table.total for table in answer.tables)
    if most > ROWS_A_PAGE:
        st.number_input(f"Page of {-(-most // ROWS_A_PAGE)}", 1, -(-most // ROWS_A_PAGE), value=page, key=f"{key}_page")


def _as_csv(table: RecordTable) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, table.columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(table.rows)
    return out.getvalue()
