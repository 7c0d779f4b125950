"""The consumers' week in other libraries, each with an environment and a process of its own: see `client`."""
