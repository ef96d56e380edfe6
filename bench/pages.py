"""What the pages cost in Chromium: first useful paint, and 4,215 markers each second.

Run from the project's folder, with the pages built: ``PYTHONPATH=. python
bench/pages.py``, or ``--site http://host:port --login name:password`` for a running
server. The town is the demo's; then 4,215 people move on its map once a second for
``--seconds``. A task is what the page's main thread does without a break; its scripting
is what is not layout or paint.
The goals: useful within 1.5 s, no task with more than 100 ms of scripting.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tests.web import conftest, mock_server

PEOPLE, STEP_DEG = 4_215, 0.0004
SCRIPTING = {
    "FunctionCall",
    "EvaluateScript",
    "TimerFire",
    "FireAnimationFrame",
    # What awaits an answer, and all that Vue does about it.
    "RunMicrotasks",
}
_MAIN = "CrRendererMain"
# The first lines of whichever list a role begins with.
_LISTS = ", ".join(
    f"aside {each}:visible"
    for each in ("[data-test=attention] li", ".scroll [role=row]", ".hazards .item")
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--site", default="")
    options.add_argument("--login", default="zhiban:demo")
    options.add_argument("--seconds", type=int, default=30)
    options.add_argument("--visits", type=int, default=5)
    asked = options.parse_args()
    login, _, password = asked.login.partition(":")
    with ExitStack() as stack:
        url = asked.site or stack.enter_context(conftest.mock_site())
        chromium = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        paints = [_visit(chromium, url, login, password) for _ in range(asked.visits)]
        for name in paints[0]:
            found = sorted(paint[name] for paint in paints)
            middle = statistics.median(found)
            print(f"{name:<34}{middle:>8.0f} ms  (of {len(found)}: {found})")
        if not asked.site:
            url = stack.enter_context(_moving_town())
            _print_frames(_frames(chromium, url, login, password, asked.seconds))
        chromium.close()


def _moving_town() -> Any:
    """Return the made-up town, with a live stream in which everybody moves."""
    made = mock_server.answers

    def answers(town: mock_server.Town) -> list[Route]:
        return [Route("/api/v1/live", _live(town)), *made(town)]

    mock_server.answers = answers
    return conftest.mock_site()


def _live(town: mock_server.Town) -> Any:
    west, south, east, north = town.grids.total_bounds
    rng = np.random.default_rng(1)
    lon = rng.uniform(west, east, PEOPLE)
    lat = rng.uniform(south, north, PEOPLE)

    async def events() -> Any:
        step = 0
        while True:
            lon[:] += rng.normal(0, STEP_DEG, PEOPLE)
            lat[:] += rng.normal(0, STEP_DEG, PEOPLE)
            now = int(asyncio.get_running_loop().time() * 1000)
            people = [
                [f"w{n}", f"网格员{n}", None, now, x, y, 8, 80]
                for n, (x, y) in enumerate(zip(lon, lat, strict=True))
            ]
            told = {"whole": step == 0, "cases": False, "people": people}
            yield f"event: live\ndata: {json.dumps(told)}\n\n"
            step += 1
            await asyncio.sleep(1)

    async def live(_request: Any) -> StreamingResponse:
        return StreamingResponse(events(), media_type="text/event-stream")

    return live


def _open(chromium: Browser, url: str, login: str, password: str) -> Page:
    context = chromium.new_context(
        locale="zh-CN", viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    body = {"login": login, "password": password}
    assert page.request.post(f"{url}/api/v1/session", data=body).ok
    return page


def _visit(chromium: Browser, url: str, login: str, password: str) -> dict[str, float]:
    """Return milliseconds from the start of a cold visit to what can be used."""
    page = _open(chromium, url, login, password)
    page.goto(url)
    page.wait_for_selector(_LISTS)
    panel = page.evaluate("performance.now()")
    page.wait_for_selector("[data-ready=true]")
    drawn = page.evaluate("performance.now()")
    paint = page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
    )
    page.context.close()
    return {
        "first paint": round(paint),
        "first lines to be read": round(panel),
        "map with its layers": round(drawn),
    }


def _frames(
    chromium: Browser, url: str, login: str, password: str, seconds: int
) -> list[tuple[float, float]]:
    """Return (ms, CPU ms) of scripting of each task of the main thread."""
    page = _open(chromium, url, login, password)
    page.goto(url)
    page.wait_for_selector("[data-ready=true]")
    page.wait_for_selector(f"[data-test=positions]:text-is('{PEOPLE}')")
    page.wait_for_timeout(4_000)
    kinds = ["toplevel", "devtools.timeline"]
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.json"
        chromium.start_tracing(page=page, path=str(trace), categories=kinds)
        page.wait_for_timeout(seconds * 1000)
        chromium.stop_tracing()
        events = json.loads(trace.read_text("utf-8"))["traceEvents"]
    page.context.close()
    return tasks_in(events)


def tasks_in(events: list[dict[str, Any]]) -> list[tuple[float, float]]:
    mains = {
        (e["pid"], e["tid"])
        for e in events
        if e["name"] == "thread_name" and e["args"]["name"] == _MAIN
    }
    own = [e for e in events if (e["pid"], e["tid"]) in mains and e.get("ph") == "X"]
    scripts = sorted(
        (e["ts"], e["dur"], e.get("tdur", e["dur"]))
        for e in own
        if e["name"] in SCRIPTING
    )
    return [
        _inside(scripts, e["ts"], e["ts"] + e["dur"])
        for e in own
        if e["name"].endswith("RunTask")
    ]


def _inside(
    scripts: list[tuple[float, float, float]], start: float, end: float
) -> tuple[float, float]:
    """Return ms and CPU ms of the outermost scripts inside a task."""
    took, used, until = 0.0, 0.0, start
    for ts, dur, cpu in scripts:
        if ts >= end:
            break
        if ts >= until:
            took, used, until = took + dur / 1000, used + cpu / 1000, ts + dur
    return took, used


def _print_frames(tasks: list[tuple[float, float]]) -> None:
    print(f"{PEOPLE:,} markers moved each second: {len(tasks):,} tasks, scripting")
    for name, n in (("time", 0), ("processor time", 1)):
        found = sorted((task[n] for task in tasks), reverse=True)
        over = sum(ms > 100 for ms in found)
        longest = ", ".join(f"{ms:.0f}" for ms in found[:8])
        print(f"  {name:<32}{longest} ms; {over} over 100 ms")


if __name__ == "__main__":
    main()
