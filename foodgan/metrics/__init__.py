"""Figures of pictures, and what tells them: networks that look, photos, names. No generator."""
