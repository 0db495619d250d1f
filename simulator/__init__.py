"""省级对接方模拟器: the provincial counterpart, a program of its own that shares only the published schemas."""
