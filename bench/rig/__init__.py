"""What the gateway benchmark is made of: a load, an upstream, contenders between them, and the measuring."""
