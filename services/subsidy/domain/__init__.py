"""What certificates and claims are, and how much a certificate is worth."""
