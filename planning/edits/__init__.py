"""Edits of a plan by hand: split, merge, move, mend, re-balance.

Each edit is a pure function of a `PlanState` that returns another state and what is now
broken, with the place. A state shares all that an edit did not touch with the state
before it, and only the touched grids are measured again: an edit costs the same in a
plan of 200 grids and of 4,000, and to undo is to go on with the state that one kept.
"""
