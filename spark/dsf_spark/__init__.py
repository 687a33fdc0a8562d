"""What the Spark jobs are made of: transforms, sources, publishing, and the process around them."""
