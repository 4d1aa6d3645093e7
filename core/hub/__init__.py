"""Hubs of datasets: pushing a folder to one, and fetching a dataset by its name. Each in a process of its own, which can be stopped."""
