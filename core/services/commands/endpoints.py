"""`endpoints …`: list, test, connect, pool, remove. Never a key: only the name of the variable or secret that holds one."""

import argparse
from dataclasses import asdict, replace

from core.domain.call import Prices
from core.domain.person import Actor
from core.domain.system import Endpoint, Member, Pool, SamplingDefaults
from core.errors import BadInput
from core.services.commands.verb import Answer, Noun, Verb, printable, table
from core.services.studio import Studio

_COLUMNS = ("name", "url", "model", "key_env", "in_flight", "requests_per_min", "tokens_per_min", "usd_in", "usd_out")
_HOLDS = {True: "yes", False: "no", None: "?"}


def list_(studio: Studio, actor: Actor) -> Answer:
    """The endpoints that are set up, and the pools."""
    pools = [asdict(pool) for pool in studio.endpoints.pools(actor)]
    return {"endpoints": [_row(one) for one in studio.endpoints.list(actor)]} | ({"pools": pools} if pools else {})


def _row(one: Endpoint) -> Answer:
    limits = {
        "in_flight": one.in_flight,
        "requests_per_min": one.requests_per_min,
        "tokens_per_min": one.tokens_per_min,
    }
    prices = {"usd_in": one.prices.input_usd, "usd_out": one.prices.output_usd}
    where = {"url": one.base_url, "model": one.model, "key_env": one.key_env, "key_secret": one.key_secret}
    return {"name": one.name} | where | limits | prices


def say_list(answer: Answer) -> str:
    said = table(answer["endpoints"], _COLUMNS, empty="No endpoints yet.")
    for pool in answer.get("pools", ()):
        members = ", ".join(f"{member['endpoint']} ({member['weight']:g})" for member in pool["members"])
        said += f"\n{printable(pool['name'])}: a pool of {printable(members, 200)}"
    return said


def test(studio: Studio, actor: Actor, *, name: str) -> Answer:
    """At most five calls of 20 tokens: does it answer, how fast, and what can it do."""
    return asdict(studio.endpoints.test(actor, name))


def say_test(answer: Answer) -> str:
    lines = [f"{_HOLDS[one['holds']]:>3}  {one['name']}: {printable(one['words'], 300)}" for one in answer["findings"]]
    cost = f"${answer['usd']:.6f}" if answer["usd"] is not None else "unknown price"
    took = f", {answer['latency_ms']:,.0f} ms a call" if answer["latency_ms"] is not None else ""
    return "\n".join([*lines, f"{answer['calls']} calls, {answer['tokens']} tokens, {cost}{took}."])


def connect(
    studio: Studio,
    actor: Actor,
    *,
    name: str,
    url: str,
    model: str,
    key_env: str | None,
    key_secret: str | None = None,
    in_flight: int | None = None,
    requests_per_min: int | None = None,
    tokens_per_min: int | None = None,
    timeout_s: float | None = None,
    usd_in: float | None = None,
    usd_out: float | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    max_tokens: int | None = None,
    batch_price: float | None = None,
) -> Answer:
    """Set an endpoint up, or set it up anew: what is not given is not known, or as usual."""
    endpoint = Endpoint(
        name=name,
        base_url=url,
        model=model,
        key_env=key_env,
        key_secret=key_secret,
        prices=Prices(input_usd=usd_in, output_usd=usd_out),
        requests_per_min=requests_per_min,
        tokens_per_min=tokens_per_min,
        sampling=SamplingDefaults(temperature=temperature, top_p=top_p, max_tokens=max_tokens),
        batch_share=batch_price,
    )
    usual = {"in_flight": in_flight, "timeout_s": timeout_s}
    given = {field: value for field, value in usual.items() if value is not None}
    return {"endpoint": studio.endpoints.save(actor, replace(endpoint, **given)).name}  # type: ignore[arg-type]


def pool(studio: Studio, actor: Actor, *, name: str, member: list[str]) -> Answer:
    """Put endpoints together under one name, each with its weight."""
    members = tuple(_member(one) for one in member)
    return asdict(studio.endpoints.save_pool(actor, Pool(name=name, members=members)))


def _member(text: str) -> Member:
    name, has_weight, weight = text.rpartition("=")
    try:
        return Member(endpoint=name, weight=float(weight)) if has_weight else Member(endpoint=text)
    except ValueError:
        raise BadInput(f"“{weight}” is no weight", to_do="Write it like --member NAME=2.") from None


def remove(studio: Studio, actor: Actor, *, name: str) -> Answer:
    """Forget an endpoint or a pool. What runs made with it stays."""
    if name in [one.name for one in studio.endpoints.pools(actor)]:
        studio.endpoints.remove_pool(actor, name)
    else:
        studio.endpoints.remove(actor, name)
    return {"removed": name}


def allow(studio: Studio, actor: Actor, *, url: str) -> Answer:
    """An address may be one of this machine or its network."""
    return {"allowed": studio.destinations.allow(actor, url)}


def allowed(studio: Studio, actor: Actor) -> Answer:
    """Where the studio connects beside the public internet, and which key goes where, as owners said."""
    return {"allowed": [asdict(one) for one in studio.destinations.every(actor)]}


def say_allowed(answer: Answer) -> str:
    return table(answer["allowed"], ("origin", "what", "by", "received_at"), empty="Nothing but the public internet.")


def withdraw(studio: Studio, actor: Actor, *, url: str) -> Answer:
    """Take it back, with the keys that may go there."""
    studio.destinations.withdraw(actor, url)
    return {"withdrawn": url}


def _named(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")


def _address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL")


def _pool(parser: argparse.ArgumentParser) -> None:
    _named(parser)
    parser.add_argument(
        "--member", action="append", required=True, metavar="ENDPOINT[=WEIGHT]", help="once for each endpoint"
    )


def _connection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True, help="what to call it")
    parser.add_argument("--url", required=True, help="its address")
    parser.add_argument("--model", required=True)
    parser.add_argument("--key-env", metavar="VARIABLE", help="the NAME of the variable that holds its key")
    parser.add_argument("--key-secret", metavar="ENTRY", help="or the NAME of the entry in Streamlit's secrets.toml")
    parser.add_argument("--in-flight", type=int, help="calls in flight at once")
    parser.add_argument("--requests-per-min", type=int)
    parser.add_argument("--tokens-per-min", type=int)
    parser.add_argument("--timeout-s", type=float)
    parser.add_argument("--usd-in", type=float, help="dollars per million tokens in")
    parser.add_argument("--usd-out", type=float, help="dollars per million tokens out")
    parser.add_argument("--temperature", type=float)
    parser.add_argument("--top-p", type=float)
    parser.add_argument("--max-tokens", type=int)
    parser.add_argument("--batch-price", type=float, help="it can be asked by batch, for this share of its price: 0.5")


NOUN = Noun(
    name="endpoints",
    help="the servers whose models grow, answer and judge",
    verbs=(
        Verb(name="list", help="list endpoints and pools", do=list_, say=say_list),
        Verb(
            name="test", help="what one can do: at most five calls of 20 tokens", do=test, options=_named, say=say_test
        ),
        Verb(name="connect", help="set an endpoint up, or set it up anew", do=connect, options=_connection),
        Verb(name="allow", help="let an address be one of this machine or its network", do=allow, options=_address),
        Verb(name="allowed", help="where the studio connects, and with which key", do=allowed, say=say_allowed),
        Verb(name="withdraw", help="take an allowed address back, with its keys", do=withdraw, options=_address),
        Verb(name="pool", help="put endpoints together under one name", do=pool, options=_pool),
        Verb(name="remove", help="forget an endpoint or a pool", do=remove, options=_named),
    ),
)
