"""What every endpoint of the phone API shares."""
