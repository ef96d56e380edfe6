"""Where somebody is to patrol: planes, outlines, areas, rosters, cells."""
