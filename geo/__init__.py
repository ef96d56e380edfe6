"""The territory: geometry rules, codes and frames; ``geo.db`` speaks SQL."""
