"""The harness: protocols, measures, and what is written of them."""
