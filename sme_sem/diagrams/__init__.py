"""Path diagrams: which nodes and arrows there are, where they stand, and how they are drawn."""
