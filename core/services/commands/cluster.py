"""`cluster …`: what machines the installation's cluster has."""

import argparse
from dataclasses import asdict

from core.domain.person import Actor
from core.services.commands.verb import Answer, Noun, Verb, table
from core.services.studio import Studio


def nodes(studio: Studio, actor: Actor, *, cluster: str = "") -> Answer:
    """The machines that are there, and what of them is free."""
    if cluster:
        studio.clusters.use(actor, cluster)
    found = studio.clusters.nodes(actor)
    return {"cluster": studio.clusters.address(actor), "nodes": [asdict(one) for one in found]}


def say_nodes(answer: Answer) -> str:
    columns = ("name", "address", "cpus", "free_cpus", "gpus", "free_gpus")
    return table(answer["nodes"], columns, empty="The cluster has no machines.")


def address(parser: argparse.ArgumentParser) -> None:
    """Ask for the cluster, if it is another one than EVOL_STUDIO_CLUSTER."""
    parser.add_argument("--cluster", default="", metavar="HOST:PORT", help="Ray's head; default: EVOL_STUDIO_CLUSTER")


NOUN = Noun(
    name="cluster",
    help="machines that make a run's calls",
    verbs=(Verb(name="nodes", help="the machines that are there", do=nodes, options=address, say=say_nodes),),
)
