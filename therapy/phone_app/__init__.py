"""The patient's app as it is served: what phone/ was built into. It knows nothing of any record."""
