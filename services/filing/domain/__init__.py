"""What a filing and an institution on record are, and what may happen to them."""
