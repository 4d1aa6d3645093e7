"""`?page=view` shows a view full of hostile text, `?page=map` a map of `n` points, otherwise the trees."""

from pathlib import Path

import streamlit as st

from pages.ui import kit
from pages.ui.exploring import map_canvas
from pages.ui.kit import h

HOSTILE = "<img src=x onerror=window.hurt=1><script>window.hurt=1</script>"


def draw_view() -> None:
    clicks = st.session_state.setdefault("clicks", [])
    action = kit.show(
        "hostile",
        kit.read(HOSTILE),
        h("script", "window.hurt=1"),
        h(
            "math",
            {"href": "javascript:window.hurt=1"},
            h("msup", h("mi", {"href": "//192.0.2.1/"}, "x"), h("mn", "2")),
        ),
        h("img", {"src": "http://192.0.2.1/x.png", "onerror": "window.hurt=1"}),
        h("a", {"href": "javascript:window.hurt=1"}, "script link"),
        h("a", {"href": "//192.0.2.1/"}, "far link"),
        h("a", {"href": "?page=view"}, "near link"),
        h(
            "div",
            {"onclick": "window.hurt=1", "style": {"--x": "url(http://192.0.2.1/x.png)", "width": "50%"}},
            "styled",
        ),
        h("button", {"class": "bt", "data-action": "count:1"}, f"Count {len(clicks)}"),
        key="view",
    )
    if action and action not in clicks:
        clicks.append(action)
        st.rerun()
    st.text(f"theme {st.context.theme.type}")


def draw_map() -> None:
    n = st.query_params.get("n", "3000")
    said = map_canvas.draw(project="demo", map_id=n, name=f"Map of {n}", version="1", key="map")
    st.text(f"go {said['act']} {said.get('selection', said.get('cluster'))} of {said['n']}" if said else "go nowhere")


st.set_page_config(layout="wide")
st.html(Path("pages/ui/shell.css"))
kit.theme_watch()
if st.query_params.get("page") == "view":
    draw_view()
elif st.query_params.get("page") == "map":
    draw_map()
else:
    kit.tree(
        project="demo",
        run="7",
        show=st.query_params.get("show", "all"),
        seed=st.query_params.get("seed"),
        node=st.query_params.get("node"),
        poll_s=0.3 if "live" in st.query_params else None,
    )
