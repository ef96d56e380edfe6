"""The planner: units in, balanced contiguous grids with their proof out.

``pipeline.make_plan`` is the recipe; every stage is a pure function in its own module:
settlements -> cells -> contact -> graph -> quota -> partition -> numbering -> proof ->
scores. No clock, no SQL, no HTTP; chance comes from a seed.
"""
