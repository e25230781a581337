"""Who is there: clinics, staff, patients and their phones."""
