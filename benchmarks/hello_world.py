"""A bare hello-world on the SDK, as its samples write it: the measure for the template's agent.

Everything has its default: DefaultRequestHandler, InMemoryTaskStore, uvicorn's loop, log and
parser. It listens on the ports in A2A_HTTP_PORT and A2A_GRPC_PORT, as the agent does.
"""

import asyncio
import os
from typing import cast

import grpc.aio
import uvicorn
from a2a.helpers import new_task_from_user_message, new_text_part
from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.server.events import EventQueue
from a2a.server.request_handlers import DefaultRequestHandler, GrpcHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes, create_rest_routes
from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
from a2a.types import AgentCapabilities, AgentCard, AgentInterface, AgentSkill, Message
from a2a.types.a2a_pb2_grpc import add_A2AServiceServicer_to_server
from starlette.applications import Starlette
from starlette.routing import Mount


class HelloWorld(AgentExecutor):
    """Submitted, working, one artifact, completed."""

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        message = cast("Message", context.message)
        task = context.current_task or new_task_from_user_message(message)
        await event_queue.enqueue_event(task)
        updater = TaskUpdater(event_queue, task.id, task.context_id)
        await updater.start_work()
        await updater.add_artifact([new_text_part("Hello World")], name="result")
        await updater.complete()

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        raise NotImplementedError


def card(http_port: str, grpc_port: str) -> AgentCard:
    interfaces = [
        AgentInterface(url=url, protocol_binding=binding, protocol_version="1.0")
        for binding, url in [
            ("JSONRPC", f"http://localhost:{http_port}/"),
            ("HTTP+JSON", f"http://localhost:{http_port}/v1"),
            ("GRPC", f"localhost:{grpc_port}"),
        ]
    ]
    return AgentCard(
        name="Hello World",
        description="Says hello.",
        version="1.0.0",
        supported_interfaces=interfaces,
        capabilities=AgentCapabilities(streaming=True),
        default_input_modes=["text/plain"],
        default_output_modes=["text/plain"],
        skills=[AgentSkill(id="hello", name="Hello", description="Says hello.", tags=["hello"])],
    )


def http_server(handler: DefaultRequestHandler, agent_card: AgentCard, port: str) -> uvicorn.Server:
    rest = Mount("/v1", routes=create_rest_routes(handler))
    routes = [*create_agent_card_routes(agent_card), *create_jsonrpc_routes(handler, "/"), rest]
    return uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=int(port)))


async def serve(http: uvicorn.Server, handler: DefaultRequestHandler, grpc_port: str) -> None:
    server = grpc.aio.server()
    add_A2AServiceServicer_to_server(GrpcHandler(handler), server)
    server.add_insecure_port(f"127.0.0.1:{grpc_port}")
    await server.start()
    await http.serve()
    await server.stop(grace=None)


def main() -> None:
    http_port, grpc_port = os.environ["A2A_HTTP_PORT"], os.environ["A2A_GRPC_PORT"]
    agent_card = card(http_port, grpc_port)
    handler = DefaultRequestHandler(HelloWorld(), InMemoryTaskStore(), agent_card)
    http = http_server(handler, agent_card, http_port)
    with asyncio.Runner(loop_factory=http.config.get_loop_factory()) as runner:
        runner.run(serve(http, handler, grpc_port))


if __name__ == "__main__":
    main()
