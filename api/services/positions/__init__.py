"""Fixes that are stored: merged into tracks, looked at, handed out, forgotten."""
