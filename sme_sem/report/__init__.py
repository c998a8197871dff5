"""What is handed over: the report as a record, its figures, and the page that shows it."""
