"""PostgreSQL and RabbitMQ for whoever develops, demonstrates or tests, started and stopped for them."""
