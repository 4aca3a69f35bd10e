"""How drafts, proposals, versions and findings are shown."""
