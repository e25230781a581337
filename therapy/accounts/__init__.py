"""How staff sign in: passwords, second factors, lock-out, and what is told by email. allauth and
django-axes do the work; what is here fits them to this site."""
