"""What is prescribed: session plans and the path they ask for."""
