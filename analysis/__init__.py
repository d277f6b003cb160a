"""Pure functions on tables: no simulation, no knowledge of the models."""
