"""The packaged model on a cluster's workers gives the very vectors that it gives here."""

from pathlib import Path

import numpy as np
import pytest

from core.domain.map import ON_CLUSTER
from core.services.studio import open_studio
from core.settings import Settings
from tests.cluster.running import RayCluster
from tests.services.alone import ME, furnish

pytestmark = pytest.mark.ray


def test_workers_embed_what_is_missing_and_the_vectors_are_those_of_this_machine(
    tmp_path: Path, ray: RayCluster
) -> None:
    studio = open_studio(Settings(home=tmp_path, cluster=ray.address))
    there, here = (studio.projects.create(ME, name) for name in ("There", "Here"))
    found = []
    for project, embedder in ((there, ON_CLUSTER), (here, "packaged")):
        furnish(studio, project, "http://127.0.0.1:9/v1", n_seeds=300)
        assert embedder in studio.embeddings.names(ME)
        studio.embeddings.begin(ME, project, None, embedder=embedder)
        assert studio.embeddings.wait(ME, project, timeout_s=120)
        now = studio.embeddings.progress(ME, project)
        assert now is not None
        assert now.problem == ""
        found.append(project.database.query("select text_hash, model, vector from embedding order by text_hash"))
    assert len(found[0]) == 300
    assert [(row["text_hash"], row["model"]) for row in found[0]] == [
        (row["text_hash"], row["model"]) for row in found[1]
    ]
    assert np.allclose([row["vector"] for row in found[0]], [row["vector"] for row in found[1]], atol=1e-6)
    studio.close()
