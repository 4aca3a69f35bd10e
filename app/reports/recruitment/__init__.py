"""Plans, filings and flows of recruiting beyond the own area, as those concerned may read them."""
