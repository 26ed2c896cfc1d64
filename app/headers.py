"""Security headers of every answer."""

from flask import Flask, Response, request

_PUBLIC_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; media-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
)

# plotly.js writes two style elements of its own – one empty, one bundled – and sets style attributes on what it draws.
# Their hashes allow exactly these two; a browser test fails on any policy error after plotly is updated.
_CHART_POLICY = (
    "default-src 'none'; script-src 'self'; "
    "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' {plotly_style}; style-src-attr 'unsafe-inline'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; img-src 'self' data: blob:; base-uri 'none'; frame-ancestors 'none'"
)

CHART_BLUEPRINTS = frozenset({"dashboard"})
"""Blueprints whose pages draw with plotly."""

CAMERA_PAGES = frozenset({"kiosk.tablet"})
"""Pages that may ask for the camera: a tablet reads the QR of a slip. The picture stays in the page."""


def set_headers(app: Flask, plotly_style: str) -> None:
    """Add the headers to every answer; `plotly_style` is the CSP source of plotly's own style element."""
    chart_policy = _CHART_POLICY.format(plotly_style=plotly_style)

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = chart_policy if request.blueprint in CHART_BLUEPRINTS else _PUBLIC_POLICY
        headers["Referrer-Policy"] = "no-referrer"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        camera = "(self)" if request.endpoint in CAMERA_PAGES else "()"
        headers["Permissions-Policy"] = f"camera={camera}, geolocation=(), microphone=(), payment=(), interest-cohort=()"
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        if request.is_secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return response
