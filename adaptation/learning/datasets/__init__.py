"""Readers of published data sets of real listeners. None of the data comes with this project."""
