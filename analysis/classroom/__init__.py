"""The class page: the grid that it shows, and how page and paper are made of it."""
