"""Recruiting beyond the own area: scopes, plans, their filings."""
