"""What ours is measured against: the libraries used bare, keeping none of our guarantees."""
