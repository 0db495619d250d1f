"""What operators see of the exchange, and what they may do about it."""
