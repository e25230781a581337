class BadData(Exception):
    """The folder is not the data set; the text says which file, column or line is at fault."""
