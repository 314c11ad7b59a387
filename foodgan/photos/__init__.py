"""Labelled photos: reading a folder of them, and turning them into tensors and batches."""
