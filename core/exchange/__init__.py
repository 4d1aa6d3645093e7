"""Importers and exporters by format."""
