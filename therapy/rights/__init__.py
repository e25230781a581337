"""A patient's rights in what is stored of them: to have all of it, and to have it erased."""
