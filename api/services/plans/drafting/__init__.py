"""Plans under edit: their ground, the edits of it, and what is told of them.

A draft is a chain of immutable states. Each edit is one row with what changed, from
and to; the state at the last row is kept in memory and made again from the rows when
it is not there, so that nothing but the rows has to survive.
"""
