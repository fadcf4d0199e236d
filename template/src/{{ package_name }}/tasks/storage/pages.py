"""Tasks by owner, context, state and time: the latest first, in pages that fit into memory."""

import base64
from collections.abc import Sequence
from typing import Any

from a2a.types import ListTasksRequest, ListTasksResponse, Task
from a2a.utils.errors import InvalidParamsError

from ...database.interface import Database

DEFAULT_PAGE_SIZE = 50
# So much of the database one call brings into memory: tasks may hold files.
MAX_READ_BYTES = 8 * 1024 * 1024

# One row more than asked for says that there are more; sizes are known before data are read.
NEWEST = """
SELECT tasks.data, measured.found FROM (
    SELECT id, row_number() OVER page AS place, sum(size) OVER page AS bytes,
        count(*) OVER () AS found
    FROM (
        SELECT id, updated_at, length(data) AS size FROM tasks WHERE {where}
        ORDER BY updated_at DESC, id DESC LIMIT {limit}
    ) AS latest
    WINDOW page AS (ORDER BY updated_at DESC, id DESC)
) AS measured JOIN tasks ON tasks.id = measured.id
WHERE place = 1 OR (place < {limit} AND bytes <= {bytes}) ORDER BY place
"""


async def find_page(database: Database, params: ListTasksRequest, owner: str) -> ListTasksResponse:
    """The page that is asked for; raises InvalidParamsError for a token that is not ours."""
    filters: dict[str, Any] = {"owner =": owner}
    if params.context_id:
        filters["context_id ="] = params.context_id
    if params.status:
        filters["state ="] = params.status
    if params.HasField("status_timestamp_after"):
        filters["updated_at >="] = params.status_timestamp_after.ToMicroseconds()
    where = " AND ".join(f"{column} ${place}" for place, column in enumerate(filters, 1))
    values = tuple(filters.values())
    ((total,),) = await database.run(f"SELECT count(*) FROM tasks WHERE {where}", *values)

    if params.page_token:
        where += f" AND (updated_at, id) < (${len(values) + 1}, ${len(values) + 2})"
        values += _read_token(params.page_token)
    size = params.page_size or DEFAULT_PAGE_SIZE
    tasks, more = await newest(database, where, values, size=size)
    return ListTasksResponse(
        tasks=tasks,
        next_page_token=_token(tasks[-1]) if more else "",
        page_size=size,
        total_size=total,
    )


async def newest(
    database: Database, where: str, values: Sequence[Any], *, size: int
) -> tuple[Sequence[Task], bool]:
    """As many as `size`, unless they are large, but one at least; and whether there are more."""
    limit = f"${len(values) + 1}"
    query = NEWEST.format(where=where, limit=limit, bytes=MAX_READ_BYTES)
    rows = await database.run(query, *values, size + 1)
    tasks = [Task.FromString(data) for data, _ in rows][:size]
    return tasks, any(found > len(tasks) for _, found in rows)


def _token(last: Task) -> str:
    position = f"{last.status.timestamp.ToMicroseconds()} {last.id}"
    return base64.urlsafe_b64encode(position.encode()).decode()


def _read_token(token: str) -> tuple[int, str]:
    try:
        updated_at, task_id = base64.urlsafe_b64decode(token).decode("ascii").split(" ")
        return int(updated_at[:16]), task_id  # sixteen digits of microseconds last until 2286
    except ValueError:
        raise InvalidParamsError("pageToken is not one that this agent gave out.") from None
