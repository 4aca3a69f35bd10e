"""Calls of recruitment: plans, filings and flows; lists of children."""
