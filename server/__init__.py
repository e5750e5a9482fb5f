"""The bundled server: the journal on disk, and everyone connected as a cursor over it."""
