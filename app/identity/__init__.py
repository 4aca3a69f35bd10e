"""Who signs in, and in which posts they act."""
