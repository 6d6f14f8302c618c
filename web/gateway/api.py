"""The chat API under /api: what the widget calls. docs/website.md describes it for people, /openapi.json for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from pydantic import ValidationError
from sse_starlette import EventSourceResponse

from gateway.errors import ApiError
from gateway.numbers import known_region
from gateway.service import Service
from gateway.shapes import Begin, Begun, Judge, Say, Shown, ShownMessages, shown
from gateway.stream import event_stream
from installation.limits import network
from transcripts.values import Conversation

router = APIRouter(prefix="/api")

Sequence = Annotated[int, Path(ge=1, le=2**31 - 1)]
PathId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Bearer = Annotated[str, Header(alias="Authorization")]
After = Annotated[int, Query(ge=0, le=2**31 - 1)]
#: A message is in the record; its answer comes by the stream.
STORED = HTTPStatus.ACCEPTED


async def service_of(request: Request) -> Service:
    """Return the running service. A coroutine, as all dependencies here: FastAPI runs others in a thread, 1 ms each."""
    service: Service = request.app.state.service
    return service


ServiceOf = Annotated[Service, Depends(service_of)]


async def own_id(service: ServiceOf, conversation_id: PathId, authorization: Bearer = "") -> str:
    """Return the id that the caller's token is of; raises ApiError, the same for others' and for none."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not service.tokens.belongs(token.strip(), conversation_id):
        raise ApiError("unauthorised", "This chat is not open in this browser: start a new one.")
    return conversation_id


OwnId = Annotated[str, Depends(own_id)]


async def own_conversation(service: ServiceOf, conversation_id: OwnId) -> Conversation:
    """Return the caller's conversation; raises ApiError when it is no more."""
    conversation = await service.threads.read(service.record.conversation, conversation_id)
    if conversation is None:
        raise ApiError("gone", "This chat was deleted or has expired: start a new one.")
    return conversation


Own = Annotated[Conversation, Depends(own_conversation)]


def address_of(request: Request) -> str:
    """Return the caller's address, as the trusted proxy gives it."""
    return request.client.host if request.client else "unknown"


def network_of(request: Request) -> str:
    """Return what the limits of one address count by."""
    return network(address_of(request))


@router.post("/conversations", status_code=201)
async def begin(body: Begin, request: Request, service: ServiceOf) -> Begun:
    """Begin a conversation."""
    service.begin_limit.take(network_of(request))
    conversation, token = service.tokens.new()
    region = body.region if body.region and known_region(body.region) else None
    await service.threads.run(service.record.begin, conversation, "widget", region, body.locale)
    return Begun(id=conversation, token=token)


class _SayRoute(APIRoute):
    """The route of `say`, which visitors wait for: to call it, FastAPI takes as long as storing the message does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what reads the request as the description of `say` has it, and gives the response."""

        async def handle(request: Request) -> Response:
            try:
                # not with pydantic's own reader, which refuses half an emoji
                body = Say.model_validate(json.loads(await request.body()))
            except ValidationError as error:
                raise RequestValidationError(error.errors()) from error
            except (ValueError, RecursionError) as error:
                raise ApiError("bad_request", "The body is no JSON.") from error
            authorization = request.headers.get("authorization", "")
            message = await say(body, request, request.path_params["conversation_id"], authorization)
            return Response(message.model_dump_json(), STORED, media_type="application/json")

        return handle


async def say(body: Say, request: Request, conversation_id: PathId, authorization: Bearer = "") -> Shown:
    """Take a message. It is in the record when this returns; replies come by the stream. A repeated id is answered once."""
    # Both called, not injected: the visitor waits for each dependency of this route. So FastAPI has not checked the id's form;
    # a token is of one id to the letter, and that has the right form.
    service = await service_of(request)
    conversation_id = await own_id(service, conversation_id, authorization)
    return shown(await service.say(conversation_id, body, network_of(request)))


router.add_api_route(
    "/conversations/{conversation_id}/messages",
    say,
    methods=["POST"],
    status_code=STORED,
    route_class_override=_SayRoute,
)


@router.get("/conversations/{conversation_id}/messages")
async def messages(conversation: Own, service: ServiceOf, after: After = 0) -> ShownMessages:
    """Return the messages after a sequence number, for clients whose network lets no stream through."""
    found = await service.threads.read(service.record.messages, conversation.id, after)
    return ShownMessages(messages=[shown(message) for message in found])


@router.get("/conversations/{conversation_id}/events", response_class=EventSourceResponse)
async def events(
    request: Request, conversation: Own, service: ServiceOf, last_event_id: Annotated[str, Header()] = "0"
) -> EventSourceResponse:
    """Stream what comes after Last-Event-ID."""
    if not (last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 10):
        raise ApiError("bad_request", "Last-Event-ID must be the number of the last message seen.", conversation.region)
    after = int(last_event_id)
    return event_stream(service.hub, service.record, service.threads, conversation.id, after, network_of(request))


@router.put("/conversations/{conversation_id}/messages/{sequence}/feedback", status_code=204)
async def judge(body: Judge, sequence: Sequence, conversation: Own, service: ServiceOf) -> Response:
    """Keep feedback on an answer."""
    if not await service.threads.run(service.record.set_feedback, conversation.id, sequence, body.value):
        raise ApiError("not_found", "There is no such answer in this chat.", conversation.region)
    return Response(status_code=204)


@router.get("/conversations/{conversation_id}/export", response_class=PlainTextResponse)
async def export(conversation: Own, service: ServiceOf) -> PlainTextResponse:
    """Return the conversation as a text file."""
    text = await service.threads.read(service.record.export_text, conversation.id)
    return PlainTextResponse(
        text, headers={"Content-Disposition": 'attachment; filename="chat.txt"', "Cache-Control": "no-store"}
    )


@router.delete("/conversations/{conversation_id}", status_code=204)
async def erase(conversation: Own, service: ServiceOf) -> Response:
    """Erase the conversation everywhere."""
    await service.erase(conversation.id, "visitor")
    return Response(status_code=204)
