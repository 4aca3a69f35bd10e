"""How cases and their tasks are shown: to programs as JSON, on pages in words."""
