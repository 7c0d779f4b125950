"""The class page as a file, opened from disk."""
