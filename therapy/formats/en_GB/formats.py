"""Times where Django writes them itself, at /operation/: as on the site's own pages."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
