"""The pages and nothing else; run with `streamlit run ui/app.py` (or `tidewaiter serve`)."""

import streamlit as st

from ui.header import header, searched_elsewhere

st.set_page_config(page_title="Tidewaiter", layout="wide", initial_sidebar_state="collapsed")
# Streamlit leaves a hand's breadth above each page; a screen of 800 pixels needs it for the canvas.
st.html(
    "<style>.stMainBlockContainer {padding: 3.9rem 2rem 0.5rem 2rem} mark {background: #FFE9A8}"
    ".stButton button[kind=tertiary] {text-align: left; justify-content: flex-start; min-height: 0; padding: 0;"
    " color: #1F4E8C}"
    "</style>"
)
explore = st.Page("views/explore.py", title="Explore", default=True)
chosen = st.navigation(
    [
        explore,
        st.Page("views/entity.py", title="Entity", url_path="entity"),
        st.Page("views/findings.py", title="Findings", url_path="findings"),
        st.Page("views/documents.py", title="Documents", url_path="documents"),
        st.Page("views/claims.py", title="Claims", url_path="claims"),
        st.Page("views/prior.py", title="Prior work", url_path="prior"),
    ],
    position="top",
)
header()
if searched_elsewhere() and chosen.title != explore.title:
    st.switch_page(explore)
chosen.run()
