"""Mesa's view of the market: agents over rows, the model under it."""
