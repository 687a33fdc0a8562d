"""What the batch commands share: their settings, the servers that they ask, and how they answer."""
