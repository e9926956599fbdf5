"""What no single addon owns: whole journeys over real mail servers, and real concurrency."""
