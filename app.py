"""The launcher: `streamlit run app.py`. What there is to see is in pages/, what there is to know in core/."""

import gc

import streamlit as st

gc.disable()  # nothing of what is imported below is ever garbage: looking for some costs a sixth of the start

from pages.ui.frame import lifespan, middleware, routes  # noqa: E402
from pages.ui.headers import fault  # noqa: E402

app = st.App(
    "pages/ui/studio.py",
    lifespan=lifespan,
    routes=routes(),
    middleware=middleware(),
    exception_handlers={Exception: fault},
)
gc.freeze()  # nor is it looked through again while people wait
gc.enable()
