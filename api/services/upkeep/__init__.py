"""What keeps a deployment going: database, backups, disk, retention, the record."""
