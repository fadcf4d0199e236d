"""Serves the postcard writer on port 9999: uv run python __main__.py"""

import os

import uvicorn
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes
from a2a.server.tasks import InMemoryTaskStore
from a2a.types import AgentCapabilities, AgentCard, AgentInterface, AgentSkill
from agent_executor import PostcardExecutor
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

HOST = os.environ.get("HOST", "127.0.0.1")

CARD = AgentCard(
    name="Postcard Writer",
    description="Writes postcards.",
    version="1.4.0",
    supported_interfaces=[
        AgentInterface(
            url="http://localhost:9999/", protocol_binding="JSONRPC", protocol_version="1.0"
        )
    ],
    capabilities=AgentCapabilities(streaming=True),
    default_input_modes=["text/plain"],
    default_output_modes=["text/plain"],
    skills=[
        AgentSkill(
            id="write-postcard",
            name="Write a postcard",
            description="Writes home from wherever you are.",
            tags=["writing"],
            examples=["Lisbon"],
        )
    ],
)


async def places(request: Request) -> Response:
    """Where most postcards come from."""
    assert request.method in {"GET", "HEAD"}
    return JSONResponse(["Lisbon", "Oslo"])


def main() -> None:
    handler = DefaultRequestHandler(PostcardExecutor(), InMemoryTaskStore(), CARD)
    routes = [
        Route("/places", places),
        *create_agent_card_routes(CARD),
        *create_jsonrpc_routes(handler, "/"),
    ]
    uvicorn.run(Starlette(routes=routes), host=HOST, port=9999)


if __name__ == "__main__":
    main()
