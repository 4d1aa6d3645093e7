"""The launcher: `streamlit run app.py`. What there is to see is in pages/, what there is to know in core/."""

import streamlit as st

from pages.ui.frame import Frame
from pages.ui.headers import fault

frame = Frame()
app = st.App(
    "pages/ui/studio.py",
    lifespan=frame.lifespan,
    routes=frame.routes(),
    middleware=frame.middleware(),
    exception_handlers={Exception: fault},
)
