"""Chat models behind one port: endpoints that speak the OpenAI API, the embedded model, limits, retries."""
