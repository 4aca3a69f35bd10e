"""How recruitment is said: plans and lists in words and JSON, flows as a map."""
