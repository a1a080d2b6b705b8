"""Step to tangent: forward differentiation, statement by statement."""
