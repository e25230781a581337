"""What clinicians write down as care goes on."""
