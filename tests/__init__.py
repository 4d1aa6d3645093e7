"""Tests, named as facts."""
