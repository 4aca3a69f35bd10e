"""Random histories: many clients over HTTP, processes and connections killed, then every invariant asked."""
