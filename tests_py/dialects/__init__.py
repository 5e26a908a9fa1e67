"""Messages and tools in the ways of others."""
