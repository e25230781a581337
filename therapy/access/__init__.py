"""Who may do what: acts and roles, the door of every view, and the walls between clinics."""
