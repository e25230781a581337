"""What happened: listening sessions, ratings, playlists played."""
