"""What lies below and around: territory, tiles, the ground's pictures, packages."""
