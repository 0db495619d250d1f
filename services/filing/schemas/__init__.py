"""REST bodies of filing, in and out, a module for each aggregate."""
