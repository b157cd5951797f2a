"""The pages and nothing else; run with `streamlit run ui/app.py` (or `tidewaiter serve`)."""

import streamlit as st

st.set_page_config(page_title="Tidewaiter", layout="wide", initial_sidebar_state="collapsed")
# Streamlit leaves a hand's breadth above each page; a screen of 800 pixels needs it for the canvas.
st.html("<style>.stMainBlockContainer {padding: 4.2rem 2rem 1rem 2rem} mark {background: #FFE9A8}</style>")
st.navigation(
    [
        st.Page("views/explore.py", title="Explore", default=True),
        st.Page("views/entity.py", title="Entity", url_path="entity"),
        st.Page("views/findings.py", title="Findings", url_path="findings"),
    ],
    position="top",
).run()
