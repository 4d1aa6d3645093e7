"""distilabel's EvolInstruct on the same server. Runs in an environment of its own, which benchmarks/engine.py makes.

…/bin/python benchmarks/distilabel_way.py http://127.0.0.1:8099/v1 500 2
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def main(url: str, n_seeds: int, epochs: int) -> None:
    """So many seeds, so many evolutions of each, with answers: its calls are what ours are, without a judge."""
    from distilabel.models import OpenAILLM
    from distilabel.pipeline import Pipeline
    from distilabel.steps import LoadDataFromDicts
    from distilabel.steps.tasks import EvolInstruct

    rows = [
        {"instruction": f"Explain item {number}: how a city plans its water, energy and music budget."}
        for number in range(n_seeds)
    ]
    with TemporaryDirectory() as folder, Pipeline(name="bench", cache_dir=Path(folder)) as pipeline:
        llm = OpenAILLM(model="fake", base_url=url, api_key="none", generation_kwargs={"max_new_tokens": 2048})
        load = LoadDataFromDicts(data=rows, batch_size=256)
        evolve = EvolInstruct(llm=llm, num_evolutions=epochs, generate_answers=True, input_batch_size=256)
        load >> evolve
        pipeline.run(use_cache=False)


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
