"""What people look at, gathered: typed answers that the desk draws and the API gives."""
