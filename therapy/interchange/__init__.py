"""What other systems read: a patient's record as FHIR R4, and playlists as JSPF."""
