"""REST bodies of subsidy, in and out, a module for each aggregate."""
