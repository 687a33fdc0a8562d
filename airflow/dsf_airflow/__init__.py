"""What the DAGs are made of. It asks the stages over HTTP and starts batch commands; it computes nothing and knows no Kafka."""
