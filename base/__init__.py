"""What everything else stands on: errors, YAML, names, files, tables. Imports nothing of ours, and no Brian2."""
