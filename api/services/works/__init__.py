"""Long work as it is done: the runner, the process of a job, what it can do."""
