"""The pages of the record."""
