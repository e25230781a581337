"""The Django site and the clinical domain: people, catalogue, plans, sessions; API and pages."""
