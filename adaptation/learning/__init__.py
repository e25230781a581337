"""Meta-learners, episodes, training and the playlist planner: plain PyTorch, no Django.

listeners ──episodes──► training ──► RelationLearner (a base)
ratings ──support──► learner.adapt ──► patient vector ──► learner.predict, PlaylistPlanner
"""
