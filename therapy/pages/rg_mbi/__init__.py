"""The reporting guidelines for music-based interventions, filled in for one version of a plan."""
