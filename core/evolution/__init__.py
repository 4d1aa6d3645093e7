"""The method: operations, prompts, elimination, sampling, budget, engine. Rules only; the world is handed in."""
