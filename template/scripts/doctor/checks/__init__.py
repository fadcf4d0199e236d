"""One module for each kind of thing that can be wrong; `findings` of each says where it is."""
