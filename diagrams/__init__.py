"""Will hold pictures of a system read as data: DOT, draw.io, SVG, Mermaid. Nothing is here yet."""
