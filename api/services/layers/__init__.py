"""Layers on their way in: looked into, tried, loaded, refused in plain words."""
