"""What a file of a draft may be, what a draft says, and how two contents differ: pure answers."""
