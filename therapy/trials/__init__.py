"""Two ways of listening compared in one patient (N-of-1): the design, and what chance assigned."""
