"""One function per use case; the only place where packages meet."""
