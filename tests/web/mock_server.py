"""A server with made-up answers, to look at the pages without a database.

Run it by hand: ``python -m tests.web.mock_server LAYERS [--port 0]``, where LAYERS is a
folder with a town's layers (api/demo/data/deting). It serves the built front end under
the headers of the real one, and prints its address.
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from api.security.headers import SecurityHeaders
from geo.localtime import local_date
from maps.layers import feature_collection
from tests.web.mock_town import EVENTS, STATES, WINDOWS, Town

_EITHER = ["GET", "PUT"]
DIST = Path(__file__).parents[2] / "maps" / "web" / "dist"
PERSON = {
    "person_id": "w003",
    "name": "吴值班",
    "login": "zhiban",
    "role": "duty_desk",
    "role_name": "值班员",
    "scope": ["410325105"],
    "county": {"code": "410325", "name": "嵩县"},
}


class _Answers:
    """What each route of the pages is told of a town."""

    def __init__(self, town: Town) -> None:
        self.town = town

    async def session(self, request):
        if request.method == "POST":
            given = await request.json()
            if given["password"] != "demo":
                return _error(401, "bad_login", "账号或密码不对")
            self.town.logged_in = True
        if request.method == "DELETE":
            self.town.logged_in = False
            return Response(status_code=204)
        if not self.town.logged_in:
            return _error(401, "no_session", "请先登录")
        return JSONResponse(PERSON)

    def territory(self, _):
        box = [float(x) for x in self.town.grids.total_bounds]
        return JSONResponse(
            {
                "county": PERSON["county"],
                "towns": [{"code": "410325105", "name": "德亭镇"}],
                "bbox": box,
                "date": _today(),
                "counts": {},
            }
        )

    def regions(self, _):
        return JSONResponse(
            feature_collection(self.town.villages.assign(level="village"))
        )

    def grids(self, _):
        return JSONResponse(feature_collection(self.town.grids))

    def sites(self, _):
        return JSONResponse(feature_collection(self.town.sites))

    def landscape(self, _):
        frame = self.town.lines.assign(name=None)
        return JSONResponse(feature_collection(frame, ["kind", "name"]))

    def latest(self, _):
        return JSONResponse(feature_collection(self.town.latest()))

    def board(self, request):
        rows = self.town.verdicts
        return JSONResponse(
            {
                "date": request.query_params.get("date", _today()),
                "rule": "yiri-sanxun-1",
                "windows": WINDOWS,
                "rows": rows,
                "totals": {
                    "verified": sum(r["verified"] for r in rows if r["required"]),
                    "required": sum(r["required"] for r in rows),
                    "workers": len(rows),
                },
            }
        )

    def hazards(self, _):
        features = [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [h["lon"], h["lat"]]},
                "properties": {k: v for k, v in h.items() if k != "history"},
            }
            for h in self.town.hazards
        ]
        return JSONResponse({"type": "FeatureCollection", "features": features})

    async def report(self, request):
        given = await request.json()
        known = [h for h in self.town.hazards if h["id"] == given["id"]]
        if known:
            return JSONResponse(known[0])
        hazard = {
            **given,
            "state": "reported",
            "grid_code": self.town.grids.grid_code.iloc[0],
            "version": 1,
            "events": EVENTS["reported"],
            "photos": [],
            "history": [],
            "reporter_name": PERSON["name"],
        }
        self.town.hazards.append(hazard)
        return JSONResponse(hazard, 201)

    def hazard(self, request):
        found = self._hazard(request)
        return (
            JSONResponse(found) if found else _error(404, "not_found", "没有这条隐患")
        )

    async def event(self, request):
        found, given = self._hazard(request), await request.json()
        if given["version"] != found["version"]:
            return _error(409, "stale", "别人刚刚改过，请刷新后再试")
        state = STATES[min(STATES.index(found["state"]) + 1, len(STATES) - 1)]
        found["history"].append(
            {
                "seq": found["version"] + 1,
                "event": given["event"],
                "to_state": state,
                "actor_id": None,
                "actor_name": PERSON["name"],
                "at": datetime.now(UTC).isoformat(),
                "note": given.get("note", ""),
            }
        )
        found["version"] += 1
        found["state"], found["events"] = state, EVENTS[state]
        return JSONResponse(found)

    async def photo(self, request):
        photo_id = request.path_params["photo_id"]
        if request.method == "PUT":
            self.town.photos[photo_id] = await request.body()
            self._hazard(request)["photos"].append({"id": photo_id, "sha256": "0"})
            return JSONResponse({"id": photo_id, "sha256": "0"}, 201)
        return Response(self.town.photos[photo_id], media_type="image/jpeg")

    def _hazard(self, request):
        wanted = request.path_params["id"]
        return next((h for h in self.town.hazards if h["id"] == wanted), None)

    def categories(self, _):
        names = {
            "mine_safety": "矿山硐口",
            "fire": "消防",
            "forest_fire": "森林防火",
            "geological": "地质灾害/防汛",
            "road": "道路交通",
            "environment": "环境卫生",
        }
        return JSONResponse([{"code": c, "name": n} for c, n in names.items()])

    def handlers(self, _):
        names = {"周处置": "handler", "吴值班": "duty_desk", "赵网格员": "worker"}
        return JSONResponse(
            [
                {"person_id": str(UUID(int=n)), "name": name, "role": role}
                for n, (name, role) in enumerate(names.items())
            ]
        )

    async def page(self, request):
        file = DIST / request.path_params["path"]
        return FileResponse(file if file.is_file() else DIST / "index.html")


def answers(town: Town) -> list[Route]:
    """Return the routes that the pages ask."""
    own, api = _Answers(town), "/api/v1"
    return [
        Route(f"{api}/session", own.session, methods=["GET", "POST", "DELETE"]),
        Route(f"{api}/territory", own.territory),
        Route(f"{api}/regions", own.regions),
        Route(f"{api}/grids", own.grids),
        Route(f"{api}/sites", own.sites),
        Route(f"{api}/landscape", own.landscape),
        Route(f"{api}/latest", own.latest),
        Route(f"{api}/board", own.board),
        Route(f"{api}/hazards", own.hazards, methods=["GET"]),
        Route(f"{api}/hazards", own.report, methods=["POST"]),
        Route(f"{api}/hazards/{{id}}", own.hazard),
        Route(f"{api}/hazards/{{id}}/events", own.event, methods=["POST"]),
        Route(
            f"{api}/hazards/{{id}}/photos/{{photo_id}}",
            own.photo,
            methods=["GET", "PUT"],
        ),
        Route(f"{api}/categories", own.categories),
        Route(f"{api}/handlers", own.handlers),
        Route("/{path:path}", own.page),
    ]


def _today() -> str:
    return local_date(datetime.now(UTC)).isoformat()


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status)


def mock_app(layers: Path) -> Starlette:
    """Return the application over a folder of layers."""
    return Starlette(
        routes=answers(Town(layers)), middleware=[Middleware(SecurityHeaders)]
    )


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("layers", type=Path)
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    uvicorn.run(mock_app(given.layers), host="127.0.0.1", port=given.port)


if __name__ == "__main__":
    main()
