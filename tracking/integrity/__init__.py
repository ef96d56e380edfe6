"""Whether a track is what it claims: drawn, copied, carried by another."""
