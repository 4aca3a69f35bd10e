"""Pure answers about figures."""
