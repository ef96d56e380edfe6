"""Show: frames in, maps out."""
