"""The migrations, one a file; a released one never changes."""
