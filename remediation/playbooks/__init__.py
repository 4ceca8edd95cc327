"""What to do about an alarm: one pure function a file, from facts to a recommendation."""
