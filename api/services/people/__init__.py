"""People as administration sees them: accounts, posts, devices, groups, calendars."""
