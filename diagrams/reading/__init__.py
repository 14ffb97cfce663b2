"""What picture files say: one reader for each format, each from text to meaning. None needs a layout engine.

A reader raises ``UnreadableError`` for a text that is no picture of its format. Where a format has no place for ids
(Mermaid, Markdown), the graph that is expected lends those of its nodes and edges; what it does not know keeps the
name that it has in the file.
"""
