"""Text messages to registrants who agreed to them, through an HTTP gateway."""
