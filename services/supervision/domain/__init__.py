"""What is supervised, what is found, what must be put right, and what follows when it is not."""
