"""How much a request may hold, beyond the bytes of its body."""

from a2a.types import Message, Part, SendMessageRequest
from a2a.utils.errors import InvalidParamsError
from google.protobuf.message import Message as ProtobufMessage
from google.protobuf.struct_pb2 import Value

# Reading and writing one of these takes about as long as ten thousand characters of text do.
MAX_VALUES = 20_000
# On the wire each of them takes this much at least.
VALUE_BYTES = 2

TOO_MANY_VALUES = f"A request may hold {MAX_VALUES} values: send more of them as a file."


def check_files(params: ProtobufMessage, *, max_file_bytes: int) -> None:
    """Raise InvalidParamsError for a file that is too large."""
    if not isinstance(params, SendMessageRequest):
        return
    for number, part in enumerate(params.message.parts):
        if len(part.raw) > max_file_bytes:
            raise InvalidParamsError(
                f"message.parts[{number}].raw holds {len(part.raw)} bytes, more than "
                f"{max_file_bytes}: send a smaller file, or its url."
            )


def check_values(params: SendMessageRequest) -> None:
    """Raise InvalidParamsError for data and metadata of too many values."""
    message = params.message
    holders: list[SendMessageRequest | Message | Part] = [params, message, *message.parts]
    metadata = [told.metadata for told in holders if told.HasField("metadata")]
    data = [part.data for part in message.parts if part.HasField("data")]
    if sum(held.ByteSize() for held in (*data, *metadata)) <= MAX_VALUES * VALUE_BYTES:
        return
    found, left = len(data), [*data, *(Value(struct_value=told) for told in metadata)]
    while left:
        value = left.pop()
        items, fields = value.list_value.values, value.struct_value.fields
        found += len(items) + len(fields)
        if found > MAX_VALUES:
            raise InvalidParamsError(TOO_MANY_VALUES)
        left += [*items, *fields.values()]
