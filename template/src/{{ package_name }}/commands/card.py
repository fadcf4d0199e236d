"""`python -m <package> card`: shows, signs and verifies agent cards, and makes keys for that."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from a2a.client.card_resolver import parse_agent_card
from a2a.server.request_handlers.response_helpers import agent_card_to_dict
from a2a.types import AgentCard
from google.protobuf.json_format import MessageToDict, ParseError

from ..observability.logs.stderr import stderr
from ..security.cards.key_files import make_key, retire_key
from ..security.cards.keys import CardKeys, CardKeysError, read_key
from ..security.cards.signing import SignedCard
from ..security.cards.verification import CardIssuer, CardRefusedError, load_card
from ..server import public_card
from ..settings import Settings
from .errors import CommandError

Load = Callable[[], Settings]

HELP = "show, sign and verify agent cards, and make keys for them"
REFUSED = 1
MADE = """\
The new key is in the file above. To go over to it without a failure:
1. Mount it beside the old one: the card is signed with both, without a restart.
2. Wait as long as A2A_CARD_MAX_AGE_SECONDS says, so that every cache has the new key.
3. Retire the old one: card keys {folder} --retire=KID. It is published, and signs no longer.
4. Wait as long again, then delete its file.
A key that somebody has stolen is deleted at once: no step is worth its signatures.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """One action a call."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    show = actions.add_parser("show", help="print the card as it is served")
    show.set_defaults(action=_show)
    sign = actions.add_parser("sign", help="print a card with signatures by A2A_CARD_KEYS_DIR")
    sign.add_argument("file", nargs="?", help="the JSON of a card; without it, this agent's own")
    sign.set_defaults(action=_sign)
    verify = actions.add_parser("verify", help="say whether a card is signed by whom you trust")
    verify.add_argument("card", help="the address of an agent or of its card, or a file")
    verify.add_argument("--jwks", required=True, help="the keys to trust: an address, or a file")
    verify.set_defaults(action=_verify)
    keys = actions.add_parser("keys", help="make a key that signs, or let one sign no longer")
    keys.add_argument("folder", type=Path, help="where A2A_CARD_KEYS_DIR points to")
    keys.add_argument("--algorithm", choices=["ES256", "EdDSA"], default="ES256")
    keys.add_argument("--retire", metavar="KID", help="the key that shall sign no longer")
    keys.set_defaults(action=_keys)


def run(options: argparse.Namespace, load: Load) -> int:
    """0 when it is done; 1 when a card is refused."""
    try:
        code: int = options.action(options, load)
    except CardKeysError as error:
        raise CommandError(str(error)) from None
    return code


def _show(_options: argparse.Namespace, load: Load) -> int:
    settings = load()
    _print(agent_card_to_dict(_signed(public_card(settings), settings)))
    return 0


def _sign(options: argparse.Namespace, load: Load) -> int:
    settings = load()
    if not settings.card_keys_dir:
        raise CommandError("Set A2A_CARD_KEYS_DIR to a folder of keys: card keys makes one.")
    if options.file is None:
        return _show(options, load)
    document, card = _read(Path(options.file))
    signatures = MessageToDict(_signed(card, settings))["signatures"]
    _print(document | {"signatures": signatures})
    return 0


def _verify(options: argparse.Namespace, _load: Load) -> int:
    try:
        asyncio.run(_verified(options.card, options.jwks))
    except CardRefusedError as error:
        sys.stdout.write(f"The card of {options.card} is refused: {error}\n")
        return REFUSED
    sys.stdout.write(f"The card of {options.card} is signed with a key of {options.jwks}.\n")
    return 0


async def _verified(card: str, jwks: str) -> None:
    issuer = CardIssuer(jwks)
    try:
        await issuer.verify(await load_card(card))
    finally:
        await issuer.close()


def _keys(options: argparse.Namespace, _load: Load) -> int:
    folder: Path = options.folder
    if options.retire is None:
        path, advice = make_key(folder, options.algorithm), MADE.format(folder=folder)
    else:
        path = retire_key(folder, options.retire)
        advice = "It is published, and signs no longer: keep it for A2A_CARD_MAX_AGE_SECONDS.\n"
    sys.stdout.write(f"{read_key(path).kid} {path}\n")
    sys.stdout.flush()
    stderr().write(advice)
    return 0


def _signed(card: AgentCard, settings: Settings) -> AgentCard:
    keys = CardKeys(Path(settings.card_keys_dir)) if settings.card_keys_dir else None
    return SignedCard(card, keys, address=settings.http_address)()


def _read(path: Path) -> tuple[dict[str, Any], AgentCard]:
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text), parse_agent_card(json.loads(text))  # which takes it apart
    except OSError as error:
        raise CommandError(f"{path} cannot be read ({error.strerror}).") from None
    except (ParseError, ValueError, TypeError, AttributeError, RecursionError):
        raise CommandError(f"{path} is no agent card: correct its JSON.") from None


def _print(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
