"""Makes the site of the documents: lays out its pages, generates some, checks what came out."""
