"""Pure answers about published versions."""
