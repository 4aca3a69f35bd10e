"""Divisions, provinces and countries as the standards list them."""
