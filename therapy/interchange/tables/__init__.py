"""A clinic's records as tables: CSV or Parquet, with what says what each column means."""
