"""A small app that shows the components with made-up trees, so that their tests need no store and no model."""

import streamlit as st

from pages.ui.modules import module_routes
from tests.e2e.harness.answers import answer_routes
from tests.e2e.harness.map_answers import map_routes

app = st.App("screen.py", routes=[*module_routes(), *answer_routes(), *map_routes()])
