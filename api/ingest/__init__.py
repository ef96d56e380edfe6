"""The ingestion application: it can run alone and imports no page."""
