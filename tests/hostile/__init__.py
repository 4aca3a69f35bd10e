"""Requests that nobody should send: their values, a province in which they find something, and every place for them."""
