"""What people and tests reach the workspace by: acts, phones, levers, the picture, the page."""
