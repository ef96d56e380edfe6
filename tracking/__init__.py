"""Verify patrols and move cases: fixes and events in, verdicts and states out."""
