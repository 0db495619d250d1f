"""What subsidy promises."""
