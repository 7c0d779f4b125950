"""What became of the published numbers: every change that moved them, run before and after."""
