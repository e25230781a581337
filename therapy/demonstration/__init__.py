"""`manage.py demo`: the main job as a story, with simulated listeners, through public doors."""
