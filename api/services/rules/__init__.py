"""The rules of a county: versions, where each holds, and whether they can be met."""
