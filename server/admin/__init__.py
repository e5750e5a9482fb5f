"""`gymtui admin`: what a person does to a gym from the command line."""
