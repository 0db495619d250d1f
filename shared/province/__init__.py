"""The exchange with the provincial system: owed, signed, delivered, receipted; received, verified, answered."""
