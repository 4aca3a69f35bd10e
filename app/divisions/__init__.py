"""Province, cities, counties; the bureaus and their superiors; who answers for whom."""
