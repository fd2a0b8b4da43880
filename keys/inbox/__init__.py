"""A recipient's inbox in the browser of their own machine, on 127.0.0.1; every rule and every key is the desk's."""

from keys.inbox.app import make_app
from keys.inbox.gate import Gate
from keys.inbox.keep import IDLE_SECONDS, Keep
from keys.inbox.serving import serve

__all__ = ["IDLE_SECONDS", "Gate", "Keep", "make_app", "serve"]
