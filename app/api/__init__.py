"""The API for devices and programs: responses in, figures out."""
