"""A caseload: the patients of a clinic, with what every room below knows of them."""
