"""Adapters to models: endpoints over HTTP and the embedded server."""
