"""Versions of the tables; see `geo.db.migrate`."""
