"""The shelf of published processes: editions of diagrams, forms and tables."""
