"""Meta-learners, rating sets, training and the playlist planner: plain PyTorch, no Django.

listeners ──rating sets──► training ──► RelationLearner (a base)
ratings ──support──► learner.adapt ──► patient vector ──► learner.predict, PlaylistPlanner
"""
