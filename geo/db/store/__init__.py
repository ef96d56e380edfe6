"""Queries, one file per aggregate: functions of a session."""
