"""The inbox as a Flask application: its blueprints, the headers of each response, and its error pages."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, g, redirect, render_template, request, url_for

from keys.errors import MeldbusError, TextError
from keys.inbox import cases, differing, outbox, pages, registers
from keys.inbox.auth import COOKIE, HOST
from keys.inbox.kept import kept_form, texts_of
from keys.inbox.session import LockedOut
from keys.wording.words import _, explain, harmless, language

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from keys.inbox.auth import Auth
    from keys.inbox.session import SessionHolder

ENTER = "enter"
MAX_BODY = 2 * 2**20  # many times a text; files are sent with the command line
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types rows"
)
REFUSED_STYLE = (
    ":root { color-scheme: light dark } body { font: 1rem/1.55 system-ui, sans-serif; max-width: 40rem; "
    "margin: 3rem auto; padding: 0 1rem }"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(REFUSED_STYLE.encode()).digest()).decode()
REFUSED_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; frame-ancestors 'none'"
HEADERS = {
    "Cache-Control": "no-store",  # a browser may store other responses on disk
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # with `no-referrer` a browser hides the origin of a form from us too
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def make_app(holder: SessionHolder, auth: Auth) -> Flask:
    """Return the application that shows the session of `holder` to the browser that `auth` accepts."""
    app = Flask("keys.inbox", static_url_path=f"/{auth.path}/static")
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY)
    app.extensions["holder"] = holder
    app.jinja_env.globals.update(_=_, language=language, most=MAX_BODY)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(pages.pages, url_prefix=f"/{auth.path}")
    app.register_blueprint(outbox.pages, url_prefix=f"/{auth.path}/outbox")
    app.register_blueprint(differing.pages, url_prefix=f"/{auth.path}/log")
    app.register_blueprint(registers.pages, url_prefix=f"/{auth.path}/register")
    app.register_blueprint(cases.pages, url_prefix=f"/{auth.path}/case")

    @app.before_request
    def _guard() -> None:
        if request.endpoint == ENTER:
            if request.headers.get("Host") != f"{HOST}:{auth.port}":
                abort(403)
        elif not auth.is_ours(request):
            abort(403)
        elif not auth.has_session(request):
            g.typed = texts_of(request.form)  # of a page of ours, in a browser that another one has replaced
            abort(403)

    @app.get("/enter/<ticket>", endpoint=ENTER)
    def _enter(ticket: str) -> ResponseReturnValue:
        session = auth.enter(ticket)
        if session is None:
            abort(403)
        # A page and not a redirect: a link from another program would count as cross-site.
        answer = Response(render_template("enter.html"))
        answer.set_cookie(COOKIE, session, path=f"/{auth.path}", httponly=True, samesite="Strict")
        return answer

    @app.after_request
    def _harden(answer: Response) -> Response:
        policy = answer.headers.get("Content-Security-Policy", POLICY)
        answer.headers.update(HEADERS | {"Content-Security-Policy": policy})
        if request.endpoint == "pages.lock":
            # Chromium keeps pages for its Back button despite no-store, and shows them after locking.
            answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    _explain_errors(app, holder)
    return app


def _explain_errors(app: Flask, holder: SessionHolder) -> None:
    @app.errorhandler(LockedOut)
    def _locked(_error: LockedOut) -> ResponseReturnValue:
        form = kept_form(request.endpoint, request.view_args, request.form)
        if form is not None:
            holder.keep(form)
        return redirect(url_for("pages.home"), 303)

    @app.errorhandler(MeldbusError)
    def _failed(error: MeldbusError) -> ResponseReturnValue:
        return _trouble(explain(error)), 400

    @app.errorhandler(OSError)
    def _unwritten(error: OSError) -> ResponseReturnValue:
        words = {"path": harmless(str(error.filename or "-")), "why": error.strerror or type(error).__name__}
        return _trouble(_("This file cannot be read or written: %(path)s (%(why)s)") % words), 400

    @app.errorhandler(403)
    def _refused(_error: Exception) -> ResponseReturnValue:
        page = render_template("refused.html", style=REFUSED_STYLE, texts=g.get("typed", ()))
        return page, 403, {"Content-Security-Policy": REFUSED_POLICY}

    @app.errorhandler(404)
    @app.errorhandler(405)
    def _missing(error: Exception) -> ResponseReturnValue:
        words = _("There is no such page. The address of a case changes each time the inbox is locked.")
        return _trouble(words), getattr(error, "code", 404)

    @app.errorhandler(413)
    def _too_large(_error: Exception) -> ResponseReturnValue:
        return render_template("trouble.html", words=explain(TextError()), texts=()), 413


def _trouble(words: str) -> str:
    """Return the page with an error, and with the text that was typed into the form."""
    return render_template("trouble.html", words=words, texts=texts_of(request.form))
