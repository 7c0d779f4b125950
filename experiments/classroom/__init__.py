"""The class page's grid, its server and the class session, over the same runs as the command line's."""
