"""How the API is reached: where it is, by which token, and what its refusals come to."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from millrace import config
from millrace.api import tokens
from millrace.config import Api, Config
from millrace.errors import one_line
from millrace.records.printable import printable

_TIMEOUT = httpx.Timeout(75, connect=10)  # a query has at most a minute
_LONGEST_WAIT_S = 30
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # listened at, but nowhere to connect to


class ApiError(Exception):
    """The API did not do what it was asked for; the message is one line that says why.

    ``status`` is that of HTTP; None where the API did not answer, or not to the end. Of a query
    that is not understood ``position`` is where, and ``nearest`` has fields that may be meant.
    """

    def __init__(
        self,
        message: str,
        status: int | None = None,
        position: int | None = None,
        nearest: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.status, self.position, self.nearest = status, position, tuple(nearest)


class Connection:
    """Sends requests to the API at ``address``, or at that of the configuration ``conf``.

    The token is that of the environment (MILLRACE__API__READ_TOKEN) where none is given, and for
    the configuration's own address that which the API made on this machine. Raises
    ConfigurationError where there is none.
    """

    def __init__(self, address: str | None, token: str | None, conf: Config | Path) -> None:
        if address is None:
            loaded = config.load(conf) if isinstance(conf, Path) else conf
            address, token = _address(loaded.api), token or _token(loaded)
        token = token or os.environ.get(tokens.READ)
        if not token:
            raise config.ConfigurationError(
                f"{address}: expected {tokens.READ} in the environment, or an API that millrace api"
                " started on this machine"
            )
        self.address = address
        with _told(address):
            self._http = httpx.Client(
                base_url=address,
                headers={"Authorization": f"Bearer {token}"},
                timeout=_TIMEOUT,
                # What is asked of this machine is no proxy's business.
                trust_env=not tokens.is_loopback(httpx.URL(address).host),
            )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def pages(self, path: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Each page of an answer: where there is ``next``, it goes on; raises ApiError."""
        after: dict[str, str] = {}
        while True:
            page = self.json("GET", path, params=asked | after)
            yield page
            if not page.get("next"):
                return
            after = {"after": page["next"]}

    def json(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """The object that the answer is; raises ApiError."""
        answer = self._answered(method, path, **content)
        if not isinstance(answer, dict):
            raise self._is_none()
        return answer

    def items(self, path: str) -> list[dict[str, Any]]:
        """The objects of the list that the answer is; raises ApiError."""
        answer = self._answered("GET", path)
        if not isinstance(answer, list):
            raise self._is_none()
        return answer

    def _answered(self, method: str, path: str, **content: Any) -> Any:
        with self.answer(method, path, **content) as response:
            return _parsed(response.read())

    def _is_none(self) -> ApiError:
        return ApiError(f"{self.address}: expected JSON; is this the address of the API?")

    @contextmanager
    def answer(self, method: str, path: str, **content: Any) -> Iterator[httpx.Response]:
        """The answer, of a second try where the first said when to come again; raises ApiError."""
        with _told(self.address):
            request = self._http.build_request(method, path, **content)
            response = self._http.send(request, stream=True)
            wait = response.headers.get("retry-after", "")
            if response.status_code == 503 and wait.isdecimal():
                response.close()
                time.sleep(min(int(wait), _LONGEST_WAIT_S))
                response = self._http.send(request, stream=True)
            try:
                if not response.is_success:
                    raise _refusal(self.address, response)
                yield response
            finally:
                response.close()


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Errors of the connection as ApiError."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise ApiError(f"{address}: {one_line(error)}; millrace api starts the API") from None
    except (httpx.RemoteProtocolError, httpx.ReadError) as error:
        raise ApiError(f"{address}: the answer was cut: {one_line(error)}") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ApiError(f"{address}: {one_line(error)}") from None


def _refusal(address: str, response: httpx.Response) -> ApiError:
    """What an answer that is a problem says."""
    answer = _parsed(response.read())
    told = answer if isinstance(answer, dict) else {}
    detail = printable(str(told.get("detail") or f"{address} answered {response.status_code}"))
    return ApiError(detail, response.status_code, told.get("position"), told.get("nearest") or ())


def _parsed(content: bytes) -> Any:
    """What the JSON is; None where it is none."""
    try:
        return json.loads(content)
    except ValueError:
        return None


def _address(api: Api) -> str:
    host = _ANY.get(api.listen, api.listen)
    return f"http://[{host}]:{api.port}" if ":" in host else f"http://{host}:{api.port}"


def _token(conf: Config) -> str | None:
    """The token of the environment, or that which was made on this machine."""
    given = dict(tokens.given_tokens(conf.api).by_role)
    return given.get("read") or given.get("operate") or tokens.stored(conf.stack)
