"""Cases, tasks and decisions: one application travelling through one process."""
