"""The launcher: `streamlit run app.py`. What there is to see is in pages/, what there is to know in core/."""

import streamlit as st

from pages.ui.frame import lifespan, middleware, routes
from pages.ui.headers import fault

app = st.App(
    "pages/ui/studio.py",
    lifespan=lifespan,
    routes=routes(),
    middleware=middleware(),
    exception_handlers={Exception: fault},
)
