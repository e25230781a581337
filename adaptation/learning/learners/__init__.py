"""The learners, one a file, measured beside each other by adaptation/learning/evaluation."""
