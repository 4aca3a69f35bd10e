"""The pages of signing in, of one's posts and password."""
