"""What the studio reads: drafts, proposals, the catalogue, findings."""
