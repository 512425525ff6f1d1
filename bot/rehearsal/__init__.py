"""A year rehearsed for the families of a sheet: by the rules of the live clock, with no settings and no database."""
