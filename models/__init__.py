"""The models: equations as strings, one documented parameter dataclass each."""
