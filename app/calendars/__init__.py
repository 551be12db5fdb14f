"""iCalendar: what Baton gives out as a calendar, and what it takes in from one."""
