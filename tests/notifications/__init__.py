"""Tests of notices on their way to people and systems outside."""
