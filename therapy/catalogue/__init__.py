"""What can be played: tracks, their features, catalogues."""
