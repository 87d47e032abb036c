"""Subscriptions of other systems to events, and the delivery of what they subscribe to."""
