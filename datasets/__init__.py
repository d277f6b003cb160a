"""Corpora as plain arrays: one file each, read from disk, regenerated or synthesised, never downloaded."""
