"""What loading a layer is made of: fields, checks, differences."""
