"""Who wrote what, and who read whose record: two logs that are only ever added to."""
