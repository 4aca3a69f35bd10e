"""How imports are shown, and the workbooks that are given out."""
