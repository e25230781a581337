"""What staff see: views, and what they read to draw a page. The rooms below know nothing of it."""
