"""What the studio reads: drafts, proposals, the library, findings."""
