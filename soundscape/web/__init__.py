"""The audition page: a server for one person on one machine, and the page it serves."""
