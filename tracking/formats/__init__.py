"""What phones send, read into fixes: one module per wire format.

Nothing here raises on a bad fix: it becomes a `Rejected` with its raw content and a
reason, and the good fixes beside it are kept. A phone that is refused stalls its queue
for ever, so a body that cannot be read at all becomes one `Rejected` too. Only a
request of more than `MOST_FIXES` is refused as a whole.
"""
