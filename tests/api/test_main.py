"""The application as a whole."""

import asyncio
import subprocess
import sys

import httpx

from api import main

PAGE = "<title>巡格</title>"


def get(app, path):
    async def ask():
        transport = httpx.ASGITransport(app)
        headers = {"accept": "text/html"}
        async with httpx.AsyncClient(transport=transport, headers=headers) as client:
            return await client.get(f"http://xunge.local{path}")

    answer = asyncio.run(ask())
    return answer.status_code, answer.text


def test_importing_the_application_starts_nothing():
    code = "import threading, api.main; assert threading.active_count() == 1"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_it_lives(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_the_description_names_every_route_and_no_schema_is_missing(client):
    document = client.get("/api/v1/openapi.json").json()
    assert {"/api/v1/session", "/api/v1/hazards", "/healthz"} <= set(document["paths"])
    assert "ErrorOut" in document["components"]["schemas"]


def whole_numbers(schema, parts):
    """Yield the whole numbers that a schema takes, each as it is described."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        if name in parts:
            yield from whole_numbers(parts.pop(name), parts)
    if schema.get("type") == "integer":
        yield schema
    inner = [schema["items"]] if isinstance(schema.get("items"), dict) else []
    inner += list(schema.get("properties", {}).values())
    for kind in ("anyOf", "oneOf", "allOf", "prefixItems"):
        inner += schema.get(kind, [])
    for each in inner:
        yield from whole_numbers(each, parts)


def test_no_whole_number_that_comes_in_is_without_end(client):
    """What no column holds would be an error of the database, and a 500."""
    described = client.get("/api/v1/openapi.json").json()
    endless = []
    for path, methods in described["paths"].items():
        for asked in methods.values():
            schemas = [p["schema"] for p in asked.get("parameters", [])]
            content = asked.get("requestBody", {}).get("content", {})
            schemas += [each.get("schema", {}) for each in content.values()]
            parts = dict(described["components"]["schemas"])
            for schema in schemas:
                endless += [
                    (path, number)
                    for number in whole_numbers(schema, parts)
                    if not number.keys() & {"maximum", "exclusiveMaximum", "const"}
                ]
    assert endless == []


def test_pages_come_from_the_built_front_end_and_routes_win(
    app, fresh_database, tmp_path, monkeypatch
):
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "healthz").write_text("shadow")
    monkeypatch.setattr(main, "front_end", lambda: tmp_path)
    built = main.create_app(app.state.settings, fresh_database)
    assert get(built, "/") == (200, PAGE)
    assert get(built, "/worker") == (200, PAGE)
    assert get(built, "/healthz") == (200, '{"status":"ok"}')
    assert get(built, "/api/v1/nothing")[0] == 404
