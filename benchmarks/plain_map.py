"""What one would write in an afternoon to look at the same points: Streamlit's own chart of them, by WebGL, coloured by operation.

For benchmarks/map_pan.py. Shows less than the map: no symbols, no text of a point, no clusters, nothing becomes of a selection.
"""

import os
from pathlib import Path

import pandas as pd
import plotly.express as px
import streamlit as st

st.set_page_config(layout="wide")
points = pd.read_parquet(Path(os.environ["EVOL_STUDIO_HOME"]) / "points.parquet")
figure = px.scatter(points, x="x", y="y", color="operation", render_mode="webgl", height=640)
figure.update_traces(marker_size=3).update_layout(dragmode="pan")
st.plotly_chart(figure, config={"scrollZoom": True})
st.text(f"{len(points):,} points")
