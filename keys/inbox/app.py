"""The inbox as an application: who is let in, what every answer carries, how an error reads. It shows no case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, abort, redirect, render_template, request, url_for

from keys.errors import MeldbusError
from keys.inbox import cases, pages, registers
from keys.inbox.gate import COOKIE, HOST
from keys.inbox.keep import LockedOut
from keys.speech.words import _, explain, language

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from keys.inbox.gate import Gate
    from keys.inbox.keep import Keep

ENTER = "enter"
MAX_BODY = 2 * 2**20  # a text, many times over; files go by the command line
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types rows"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",  # a browser keeps what it may keep on disk
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # with none a browser hides from us, too, where a form comes from
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def make_app(keep: Keep, gate: Gate) -> Flask:
    """Return the application that shows what `keep` holds to whom `gate` lets in."""
    app = Flask("keys.inbox", static_url_path=f"/{gate.path}/static")
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY)
    app.extensions["keep"] = keep
    app.jinja_env.globals.update(_=_, language=language)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(pages.pages, url_prefix=f"/{gate.path}")
    app.register_blueprint(registers.pages, url_prefix=f"/{gate.path}/register")
    app.register_blueprint(cases.pages, url_prefix=f"/{gate.path}/case")

    @app.before_request
    def _guard() -> None:
        if request.endpoint == ENTER:
            if request.headers.get("Host") != f"{HOST}:{gate.port}":
                abort(403)
        elif not gate.is_ours(request) or not gate.has_session(request):
            abort(403)

    @app.get("/enter/<ticket>", endpoint=ENTER)
    def _enter(ticket: str) -> ResponseReturnValue:
        session = gate.enter(ticket)
        if session is None:
            abort(403)
        # A page and not a redirect: a link from another program would count as coming from elsewhere.
        answer = Response(render_template("enter.html"))
        answer.set_cookie(COOKIE, session, path=f"/{gate.path}", httponly=True, samesite="Strict")
        return answer

    @app.after_request
    def _harden(answer: Response) -> Response:
        answer.headers.update(HEADERS)
        return answer

    _explain_errors(app)
    return app


def _explain_errors(app: Flask) -> None:
    @app.errorhandler(LockedOut)
    def _locked(_error: LockedOut) -> ResponseReturnValue:
        return redirect(url_for("pages.home"), 303)

    @app.errorhandler(MeldbusError)
    def _failed(error: MeldbusError) -> ResponseReturnValue:
        return render_template("trouble.html", words=explain(error)), 400

    @app.errorhandler(403)
    def _refused(_error: Exception) -> ResponseReturnValue:
        return render_template("refused.html"), 403

    @app.errorhandler(404)
    @app.errorhandler(405)
    @app.errorhandler(413)
    def _missing(error: Exception) -> ResponseReturnValue:
        words = _("There is no such page. A case's address changes each time the inbox is locked.")
        return render_template("trouble.html", words=words), getattr(error, "code", 404)
