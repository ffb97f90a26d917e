"""What a landscape says: its graph, its barriers, how well its minima predict, and how complete it is."""
