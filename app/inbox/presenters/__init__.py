"""What the lists of an office's day show, and the shapes in which programs read what is kept of them."""
