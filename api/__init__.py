"""Entry points: everything that starts a process or answers a request."""
