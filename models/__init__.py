"""The declarations: the lifecycles inside a charging station, and its laws."""
