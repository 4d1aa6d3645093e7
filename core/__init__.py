"""Evol-Instruct Studio: growing, reading and judging instruction datasets. No Streamlit in here."""
