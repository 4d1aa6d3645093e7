"""Questions to the test server, and the endpoint that it is."""

from typing import Any

from core.domain.call import ChatRequest, Message, Sampling
from core.domain.reach import Reach
from core.domain.system import Endpoint
from tests.openai_server import OpenAIServer

KEY = "sk-secret-0123456789abcdef"


def question(text: str = "Sort a list of numbers.", **more: Any) -> ChatRequest:
    """A request to rewrite the text; keywords are ChatRequest's."""
    turns = (Message(role="system", content="Rewrite the prompt."), Message(role="user", content=text))
    return ChatRequest(messages=turns, **{"sampling": Sampling(), "seed": 7, **more})


def endpoint_of(server: OpenAIServer, **more: Any) -> Endpoint:
    """The server as people would set it up; keywords are Endpoint's."""
    return Endpoint(
        **{
            "name": "test",
            "base_url": server.base_url,
            "model": "fake",
            "timeout_s": 5.0,
            "reach": Reach.ANYWHERE,
            **more,
        }
    )
