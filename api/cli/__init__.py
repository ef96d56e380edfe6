"""The command `xunge`."""
