"""Small systems to explore."""
