"""One call to an Argilla server, and what its failures mean to a person. A token is in no message."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import argilla
import httpx

from core.argilla.outside import NotOutside, OutsideAlone
from core.domain.reach import Reach
from core.errors import ArgillaError, ArgillaGone, BadInput

_TIMEOUT_S = 180  # a bulk of 500 records takes a slow server half a minute
_MOST_SAID = 300  # letters of what a server says
_AGAIN = "Nothing is lost: do it again once that is mended, and it goes on where it ended."


class Line:
    """An open connection as one user. Raises ArgillaError where there is no server, or it does not know the token."""

    def __init__(self, url: str, token: str, reach: Reach) -> None:
        self.url, self._token = checked(url), token
        self._client = argilla.Argilla.__new__(
            argilla.Argilla
        )  # in two steps: a client that is refused is closed all the same
        try:
            ways = {} if reach is Reach.ANYWHERE else {"mounts": {"all://": OutsideAlone()}}
            self._client.__init__(api_url=self.url, api_key=token, timeout=_TIMEOUT_S, retries=1, **ways)
        except (argilla._exceptions.ArgillaError, httpx.HTTPError, ValueError) as error:
            self.close()
            raise self._not_connected(error) from None

    def get(self, path: str, parameters: Mapping[str, Any] | None = None) -> Any:
        return self._call("GET", path, parameters=parameters)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("POST", path, body=body)

    def put(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._call("PUT", path, body=body)

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def close(self) -> None:
        if (client := getattr(self._client, "http_client", None)) is not None:
            client.close()

    def _call(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """What the server says, as JSON; None where it says nothing."""
        try:
            reply = self._client.http_client.request(method, f"/api/v1/{path}", params=parameters, json=body)
        except httpx.HTTPError as error:
            raise self._no_answer(error) from None
        if not reply.is_success:
            raise self._refusal(reply)
        if not reply.content:
            return None
        try:
            return reply.json()
        except ValueError:
            raise self._is_another() from None

    def _not_connected(self, error: Exception) -> ArgillaError:
        if isinstance(error, httpx.HTTPError):
            return self._no_answer(error)
        if isinstance(error, ValueError):  # what answered speaks no JSON, or not Argilla's
            return self._is_another()
        return self._not_let_in(error)

    def _not_let_in(self, error: Exception) -> ArgillaError:
        status = getattr(error, "status_code", None)
        if status is None or status in (401, 403):
            return ArgillaError(
                "The server does not know this token", where=self.url,
                to_do="Look it up in Argilla under “My settings”, and put it where the name that you gave points to.",
            )  # fmt: skip
        return self._is_another() if status == 404 else self._trouble(status)

    def _no_answer(self, error: httpx.HTTPError) -> ArgillaError:
        if isinstance(error, NotOutside):
            return ArgillaError(
                "That name leads to this machine or its network", where=self.url, to_do="An owner can allow it under Settings."
            )  # fmt: skip
        what = "The server did not answer in time" if isinstance(error, httpx.TimeoutException) else "No server answers"
        return ArgillaError(what, where=self.url, to_do=f"See that it runs and can be reached from here. {_AGAIN}")

    def _is_another(self) -> ArgillaError:
        return ArgillaError(
            "Something answers there, but it is no Argilla server",
            where=self.url,
            to_do="Give the server's own address.",
        )

    def _trouble(self, status: int) -> ArgillaError:
        return ArgillaError(
            f"The server has a fault of its own (HTTP {status})", where=self.url, to_do=f"Its log says more. {_AGAIN}"
        )

    def _refusal(self, reply: httpx.Response) -> ArgillaError:
        status = reply.status_code
        if status == 401:
            return self._not_let_in(PermissionError())
        if status == 403:
            return ArgillaError(
                "This token may not do that", where=self.url,
                to_do="Use the token of an owner, or of an admin of that workspace. Annotators may only answer.",
            )  # fmt: skip
        if status == 404:
            return ArgillaGone("What was asked for is not there (any more)", where=self.url, to_do="Look for it there.")
        if status == 413:
            return ArgillaError(
                "The server takes no texts of this size", where=self.url, to_do="Let it take larger ones."
            )
        if status >= 500 or status < 400:
            return self._trouble(status)
        said = _said(reply).replace(self._token, "…")  # careless servers repeat it
        return ArgillaError(
            f"The server refuses it: {said[:_MOST_SAID]}", where=self.url, to_do="Nothing of it was taken."
        )


def checked(url: str) -> str:
    """An address of a server without its last slash. BadInput for what can be none, or holds what belongs nowhere."""
    try:
        parts = urlsplit(url.strip())
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        raise BadInput("That is no address of a server", to_do="Write it like http://127.0.0.1:6900.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadInput(
            "The address holds more than where the server is", to_do="Leave out names, tokens and what follows a ?."
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _said(reply: httpx.Response) -> str:
    """The server's own words, one line of them."""
    try:
        detail = reply.json()
    except ValueError:
        detail = reply.text
    if isinstance(detail, dict):
        detail = detail.get("detail", detail)
    if isinstance(detail, dict):
        detail = detail.get("params", detail)
    return " ".join(str(detail).split())
