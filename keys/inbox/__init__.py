"""A recipient's inbox in the browser of their own machine, on 127.0.0.1; the rules and the keys are in `keys.sync`."""

from keys.inbox.app import make_app
from keys.inbox.auth import Auth
from keys.inbox.serving import serve
from keys.inbox.session import ENDING_SECONDS, IDLE_SECONDS, SessionHolder

__all__ = ["ENDING_SECONDS", "IDLE_SECONDS", "Auth", "SessionHolder", "make_app", "serve"]
