"""Recompute a landscape from its file alone and list what does not hold."""
