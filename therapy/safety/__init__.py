"""What is watched for, by rules that are data: what fired, who was told, who has seen to it."""
