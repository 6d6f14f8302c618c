"""A page of somebody's site with the chat on it."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Route

from gateway.security import POLICY

_PAGE = """<!doctype html>
<html lang="{lang}" dir="{direction}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>A page of a site</title>
  <link rel="icon" href="{server}/pages/icon.svg">
  <script type="module" src="{server}/widget/hip-chat.js"></script>
</head>
<body>
  <main>
    <h1>A page of a site</h1>
    <label>Search <input id="search"></label>
  </main>
  <hip-chat {attributes}>
    <p>If somebody may be hurt, call <a href="tel:999">999</a>. The chat needs JavaScript.</p>
  </hip-chat>
</body>
</html>
"""


def html(server: str = "", attributes: str = 'region="GB"', lang: str = "en", direction: str = "ltr") -> str:
    """Return the page; `attributes` are those of <hip-chat>, `server` is where the widget comes from."""
    return _PAGE.format(server=server, attributes=attributes, lang=lang, direction=direction)


def serve(context: BrowserContext, url: str, body: str, policy: str | None = POLICY) -> None:
    """Have the browser find `body` at `url`, under the gateway's own content security policy or another."""

    def fulfil(route: Route) -> None:
        headers = {"Content-Security-Policy": policy} if policy else {}
        route.fulfill(body=body, content_type="text/html; charset=utf-8", headers=headers)

    context.route(url, fulfil)
