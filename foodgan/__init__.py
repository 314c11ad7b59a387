"""架空食堂 (foodgan): pictures of dishes that do not exist, painted from their names."""

__version__ = "0.1.0"
