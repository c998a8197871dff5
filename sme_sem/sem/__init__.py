"""Models of moments: specification, estimation, inference, fit."""
