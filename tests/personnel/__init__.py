"""Tests of people, posts and accounts."""
