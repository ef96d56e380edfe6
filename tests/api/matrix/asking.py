"""One request per route: about an object of a place, new where asking uses it up."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from math import asinh, pi, radians, tan
from typing import Any
from uuid import UUID, uuid4

from PIL import Image

from geo.localtime import local_date
from tests.api.matrix.world import Place, World


@dataclass(frozen=True)
class Asked:
    """A request that is to be made."""

    url: str
    json: Any = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asker:
    """Knows how to ask each route as an identity about a place."""

    world: World
    place: Place
    identity: str
    is_missing: bool = False

    def build(self, route: str) -> Asked:
        """Return the request; with `is_missing` about an object that nobody has."""
        return BUILDERS[route](self)

    def one(self, of: Callable[[], UUID]) -> UUID:
        return uuid4() if self.is_missing else of()

    @property
    def name(self) -> str:
        return self.place.mark + "工" if self.identity == "worker" else self.identity

    @property
    def token(self) -> str:
        return self.world.tokens["INNER"] if self.identity == "device" else ""


def photo() -> bytes:
    """Return a small picture."""
    out = BytesIO()
    Image.new("RGB", (32, 24), "gray").save(out, "JPEG")
    return out.getvalue()


def _get(path: str, **of: Callable[[Asker], Any]) -> Callable[[Asker], Asked]:
    return lambda a: Asked(path.format(**{k: value(a) for k, value in of.items()}))


def _day(a: Asker) -> str:
    return a.world.yesterday.isoformat()


def _month(a: Asker) -> str:
    return _day(a)[:7]


def _who(a: Asker) -> UUID:
    return a.one(lambda: a.place.worker)


def _report(a: Asker) -> Asked:
    lon, lat = a.place.middle
    body = {
        "id": str(uuid4()),
        "lon": lon,
        "lat": lat,
        "coord_type": "wgs84",
        "category": "safety.mine_opening",
        "level": "general",
        "text": "墙有裂缝",
        "reported_at": a.world.now.isoformat(),
    }
    return Asked("/api/v1/hazards", json=body)


def _step(a: Asker) -> Asked:
    case = a.one(lambda: a.world.new_case(a.place))
    body = {"event": "accept", "note": "", "version": 1}
    return Asked(f"/api/v1/hazards/{case}/events", json=body)


def _put_photo(a: Asker) -> Asked:
    case = a.one(lambda: a.world.new_case(a.place))
    return Asked(
        f"/api/v1/hazards/{case}/photos/{uuid4()}",
        content=photo(),
        headers={"content-type": "image/jpeg"},
    )


def _get_photo(a: Asker) -> Asked:
    case = a.one(lambda: a.place.case)
    return Asked(f"/api/v1/hazards/{case}/photos/{a.place.photo}")


VOICE = b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + bytes(200)


def _put_voice(a: Asker) -> Asked:
    case = a.one(lambda: a.world.new_case(a.place))
    return Asked(
        f"/api/v1/hazards/{case}/voices/{uuid4()}",
        content=VOICE,
        headers={"content-type": "audio/webm"},
    )


def _get_voice(a: Asker) -> Asked:
    case = a.one(lambda: a.place.case)
    return Asked(f"/api/v1/hazards/{case}/voices/{a.place.voice}")


def _plan(a: Asker) -> Asked:
    body = {"region_code": a.place.village, "grids": 1}
    return Asked("/api/v1/plans", json=body)


def _plan_step(a: Asker) -> Asked:
    plan = a.one(lambda: a.world.new_plan(a.place))
    return Asked(f"/api/v1/plans/{plan}/events", json={"event": "consult"})


def _tile(a: Asker) -> Asked:
    lon, lat = a.place.middle
    count = 2**12
    x = int((lon + 180) / 360 * count)
    y = int((1 - asinh(tan(radians(lat))) / pi) / 2 * count)
    return Asked(f"/api/v1/tiles/grids/12/{x}/{y}.mvt")


def _own_plan(path: str) -> Callable[[Asker], Asked]:
    """Ask to read something of the place's plan."""
    return lambda a: Asked(
        f"/api/v1/plans/{a.one(lambda: a.place.plan)}" + path.format(a=a)
    )


def _new_plan(path: str, body: Callable[[Asker], Any]) -> Callable[[Asker], Asked]:
    """Ask to change a plan of the place that is new."""

    def build(a: Asker) -> Asked:
        plan = a.one(lambda: a.world.new_plan(a.place))
        return Asked(f"/api/v1/plans/{plan}{path}", json=body(a))

    return build


def _take_assignment(a: Asker) -> Asked:
    plan = a.one(lambda: a.world.new_plan(a.place))
    return Asked(
        f"/api/v1/plans/{plan}/assignment?version=0",
        content=b"unit_id,grid_id\n",
        headers={"content-type": "text/csv"},
    )


def _resolve(a: Asker) -> Asked:
    comment = a.one(lambda: a.world.new_comment(a.place, a.place.plan))
    path = f"/api/v1/plans/{a.place.plan}/comments/{comment}/resolve"
    return Asked(path, json={})


def _plan_answer(a: Asker) -> Asked:
    plan = a.one(lambda: a.world.new_plan(a.place, "consulting"))
    body = {"village_code": a.place.village, "answer": "agree", "note": a.place.mark}
    return Asked(f"/api/v1/plans/{plan}/answers", json=body)


def _cancel(a: Asker) -> Asked:
    job = a.one(lambda: a.world.new_job(a.place)[0])
    return Asked(f"/api/v1/jobs/{job}/cancel", json={})


def _upload(a: Asker) -> Asked:
    kind = {"content-type": "application/octet-stream", "x-requested-with": "test"}
    path = "/api/v1/layers?layer=villages&name=x.geojson"
    return Asked(path, content=b"{}", headers=kind)


def _use_upload(step: str) -> Callable[[Asker], Asked]:
    def build(a: Asker) -> Asked:
        upload = a.one(lambda: a.world.new_job(a.place)[1])
        return Asked(f"/api/v1/layers/{upload}/{step}", json={"layer": "villages"})

    return build


def _appeal(a: Asker) -> Asked:
    # Of the worker's own day, one window for each time that it is asked.
    is_own = a.identity == "worker"
    day = a.world.spare_day(a.world.places["inside"]) if is_own else _day(a)
    body = {"id": str(uuid4()), "date": day, "window": "evening", "note": "走过了"}
    return Asked("/api/v1/appeals", json=body)


def _said(a: Asker) -> dict[str, str]:
    return {"outcome": "verified", "reason": "查过现场", "signature": a.name}


def _answer(a: Asker) -> Asked:
    appeal = a.one(lambda: a.world.new_appeal(a.place))
    return Asked(f"/api/v1/appeals/{appeal}/answer", json=_said(a))


def _decide(a: Asker) -> Asked:
    worker = a.one(lambda: a.world.new_worker(a.place))
    about = {"worker_id": str(worker), "date": _day(a), "window": "evening"}
    return Asked("/api/v1/decisions", json=_said(a) | about | {"id": str(uuid4())})


def _excuse(a: Asker) -> Asked:
    worker = a.one(lambda: a.world.new_worker(a.place))
    body = {
        "id": str(uuid4()),
        "worker_ids": [str(worker)],
        "first": _day(a),
        "last": _day(a),
        "kind": "weather",
        "reason": "大雪",
        "signature": a.name,
    }
    return Asked("/api/v1/excuses", json=body)


def _today(a: Asker) -> str:
    return local_date(a.world.now).isoformat()


def _rule(a: Asker) -> dict[str, Any]:
    return {"region_code": a.place.grid_code, "rule": {"base": "5-300"}}


def _add_rule(a: Asker) -> Asked:
    # Each time for another kind of grid: two of one place would stand in line.
    kind = uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
    more = {"id": str(uuid4()), "kind": kind, "valid_from": _today(a)}
    return Asked("/api/v1/rules", json=_rule(a) | more)


def _try_rule(a: Asker) -> Asked:
    days = {"first": _day(a), "last": _day(a)}
    return Asked("/api/v1/rules/preview", json=_rule(a) | days)


def _end_rule(a: Asker) -> Asked:
    rule = a.one(lambda: a.world.new_rule(a.place))
    return Asked(f"/api/v1/rules/{rule}/end", json={"last_day": _today(a)})


def _fix(a: Asker) -> tuple[float, float, int]:
    at = a.world.now - timedelta(minutes=5)
    return *a.place.middle, int(at.timestamp())


def _basic(a: Asker) -> dict[str, str]:
    return {"authorization": f"Basic {b64encode(f'x:{a.token}'.encode()).decode()}"}


def _bearer(a: Asker) -> dict[str, str]:
    return {"authorization": f"Bearer {a.token}"} if a.token else {}


def _fixes(a: Asker) -> Asked:
    lon, lat, t = _fix(a)
    body = {"fixes": [{"t": t * 1000, "lon": lon, "lat": lat}]}
    return Asked("/api/v1/fixes", json=body, headers=_bearer(a))


def _gpx(a: Asker) -> Asked:
    return Asked("/api/v1/fixes/gpx", content=b"<gpx/>", headers=_bearer(a))


def _osmand(a: Asker) -> Asked:
    lon, lat, t = _fix(a)
    body = f"id={a.token}&lat={lat}&lon={lon}&timestamp={t}".encode()
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return Asked("/ingest/osmand", content=body, headers=kind)


def _owntracks(a: Asker) -> Asked:
    lon, lat, t = _fix(a)
    body = {"_type": "location", "lat": lat, "lon": lon, "tst": t}
    return Asked("/ingest/owntracks", json=body, headers=_basic(a))


def _overland(a: Asker) -> Asked:
    return Asked("/ingest/overland", json={"locations": []}, headers=_bearer(a))


def _logger(a: Asker) -> Asked:
    lon, lat, t = _fix(a)
    return Asked(f"/ingest/gpslogger?lat={lat}&lon={lon}&time={t}", headers=_basic(a))


def _person(a: Asker) -> Asked:
    body = {"id": str(uuid4()), "name": "新人", "code": a.place.grid_code}
    return Asked("/api/v1/people", json=body)


def _of_person(path: str, json: Any) -> Callable[[Asker], Asked]:
    return lambda a: Asked(f"/api/v1/people/{_who(a)}{path}", json=json)


def _account(a: Asker) -> Asked:
    person = a.one(lambda: a.world.new_worker(a.place))
    body = {"login": f"n{uuid4().hex}", "role": "worker", "scope": [a.place.grid_code]}
    return Asked(f"/api/v1/people/{person}/account", json=body)


def _account_event(a: Asker) -> Asked:
    person = a.one(lambda: a.world.new_account(a.place))
    path = f"/api/v1/people/{person}/account/events"
    return Asked(path, json={"event": "disable"})


def _device(path: str, json: Any) -> Callable[[Asker], Asked]:
    def ask(a: Asker) -> Asked:
        device = a.one(lambda: a.world.new_device(a.place))
        return Asked(f"/api/v1/devices/{device}{path}", json=json)

    return ask


def _today(a: Asker) -> str:
    return (a.world.yesterday + timedelta(days=1)).isoformat()


def _duty(a: Asker) -> Asked:
    person = a.one(lambda: a.world.new_worker(a.place))
    body = {"id": str(uuid4()), "person_id": str(person), "role": "police"}
    body |= {"grid_code": a.place.grid_code, "first": _today(a)}
    return Asked("/api/v1/assignments", json=body)


def _end_duty(a: Asker) -> Asked:
    duty = a.one(lambda: a.world.new_duty(a.place))
    return Asked(f"/api/v1/assignments/{duty}/end", json={"last": _today(a)})


def _stand_in(a: Asker) -> Asked:
    duty = a.one(lambda: a.world.new_duty(a.place))
    person = a.one(lambda: a.world.new_worker(a.place))
    body = {"id": str(uuid4()), "person_id": str(person)}
    body |= {"first": _today(a), "last": _today(a)}
    return Asked(f"/api/v1/assignments/{duty}/stand-ins", json=body)


def _end_stand_in(a: Asker) -> Asked:
    found = a.one(lambda: a.world.new_stand_in(a.place))
    return Asked(f"/api/v1/stand-ins/{found}/end", json={"last": _today(a)})


def _group(a: Asker) -> Asked:
    pair = [str(a.one(lambda: a.world.new_worker(a.place))) for _ in range(2)]
    body = {"id": str(uuid4()), "name": f"{a.place.mark}组", "code": a.place.village}
    body |= {"person_ids": pair, "first": _today(a)}
    return Asked("/api/v1/groups", json=body)


def _join_group(a: Asker) -> Asked:
    group, _ = a.world.new_group(a.place) if not a.is_missing else (uuid4(), None)
    person = a.one(lambda: a.world.new_worker(a.place))
    body = {"person_id": str(person), "first": _today(a)}
    return Asked(f"/api/v1/groups/{group}/members", json=body)


def _leave_group(a: Asker) -> Asked:
    ids = (uuid4(), uuid4()) if a.is_missing else a.world.new_group(a.place)
    path = "/api/v1/groups/{}/members/{}/end".format(*ids)
    return Asked(path, json={"last": _today(a)})


def _end_group(a: Asker) -> Asked:
    group = a.one(lambda: a.world.new_group(a.place)[0])
    return Asked(f"/api/v1/groups/{group}/end", json={"last": _today(a)})


def _checkpoint(a: Asker) -> Asked:
    lon, lat = a.place.middle
    body = {"id": str(uuid4()), "ref": uuid4().hex, "name": f"{a.place.mark}桥"}
    tomorrow = a.world.yesterday + timedelta(days=2)
    body |= {"lon": lon, "lat": lat, "first": tomorrow.isoformat()}
    return Asked("/api/v1/checkpoints", json=body)


def _end_checkpoint(a: Asker) -> Asked:
    point = a.one(lambda: a.world.new_checkpoint(a.place))
    return Asked(f"/api/v1/checkpoints/{point}/end", json={"last": _today(a)})


def _hours(a: Asker, hours: int) -> str:
    return (a.world.now + timedelta(hours=hours)).isoformat()


def _entry(a: Asker) -> Asked:
    person = a.one(lambda: a.world.new_worker(a.place))
    body = {"id": str(uuid4()), "person_id": str(person), "kind": "leave"}
    body |= {"start": _hours(a, 0), "end": _hours(a, 8)}
    return Asked("/api/v1/calendar", json=body)


def _of_entry(path: str) -> Callable[[Asker], Asked]:
    def ask(a: Asker) -> Asked:
        entry = a.one(lambda: a.world.new_entry(a.place, hours=1))
        json = {"end": _hours(a, 2)} if path else None
        return Asked(f"/api/v1/calendar/{entry}{path}", json=json)

    return ask


def _category(a: Asker) -> Asked:
    body = {"name": "类", "accept_minutes": 9, "handle_minutes": 9, "clock": "clock"}
    return Asked("/api/v1/categories/matrix", json=body)


def _enrol(a: Asker) -> Asked:
    login = {"worker": "INNER"}.get(a.identity, a.identity)
    password = a.world.passwords.get(login, "x")
    return Asked("/api/v1/me/second-factor", json={"password": password})


BUILDERS: dict[str, Callable[[Asker], Asked]] = {
    "GET /api/v1/openapi.json": _get("/api/v1/openapi.json"),
    "GET /healthz": _get("/healthz"),
    "GET /ready": _get("/ready"),
    "GET /metrics": _get("/metrics"),
    "GET /api/{path:path}": _get("/api/nothing/here"),
    "POST /api/v1/session": lambda a: Asked(
        "/api/v1/session", json={"login": str(uuid4()), "password": "x"}
    ),
    "GET /api/v1/session": _get("/api/v1/session"),
    "DELETE /api/v1/session": _get("/api/v1/session"),
    "GET /api/v1/session/oidc": _get("/api/v1/session/oidc"),
    "GET /api/v1/session/oidc/start": _get("/api/v1/session/oidc/start"),
    "GET /api/v1/session/oidc/return": _get(
        "/api/v1/session/oidc/return?state=x&code=y"
    ),
    "POST /api/v1/session/code": lambda a: Asked(
        "/api/v1/session/code", json={"code": "000000"}
    ),
    "POST /api/v1/me/password": lambda a: Asked(
        "/api/v1/me/password", json={"old": "x", "new": "x"}
    ),
    "GET /api/v1/me/second-factor": _get("/api/v1/me/second-factor"),
    "POST /api/v1/me/second-factor": _enrol,
    "POST /api/v1/me/second-factor/confirm": lambda a: Asked(
        "/api/v1/me/second-factor/confirm", json={"code": "-" * 6}
    ),
    "POST /api/v1/me/second-factor/remove": lambda a: Asked(
        "/api/v1/me/second-factor/remove", json={"code": "000000", "password": "x"}
    ),
    "GET /api/v1/territory": _get("/api/v1/territory"),
    "GET /api/v1/categories": _get("/api/v1/categories"),
    "GET /api/v1/regions": _get("/api/v1/regions"),
    "GET /api/v1/landscape": _get("/api/v1/landscape"),
    "GET /api/v1/grids": _get("/api/v1/grids"),
    "GET /api/v1/sites": _get("/api/v1/sites"),
    "GET /api/v1/tiles/{layer}/{zoom}/{x}/{y}.mvt": _tile,
    "GET /api/v1/handlers": _get("/api/v1/handlers"),
    "GET /api/v1/latest": _get("/api/v1/latest"),
    "GET /api/v1/live": _get("/api/v1/live?seconds=0"),
    "GET /api/v1/patrols": _get("/api/v1/patrols?date={day}", day=_day),
    "GET /api/v1/board": _get("/api/v1/board?date={day}", day=_day),
    "GET /api/v1/hazards": _get("/api/v1/hazards"),
    "POST /api/v1/hazards": _report,
    "GET /api/v1/hazards/{case_id}": lambda a: Asked(
        f"/api/v1/hazards/{a.one(lambda: a.place.case)}"
    ),
    "POST /api/v1/hazards/{case_id}/events": _step,
    "PUT /api/v1/hazards/{case_id}/photos/{photo_id}": _put_photo,
    "GET /api/v1/hazards/{case_id}/photos/{photo_id}": _get_photo,
    "PUT /api/v1/hazards/{case_id}/voices/{voice_id}": _put_voice,
    "GET /api/v1/hazards/{case_id}/voices/{voice_id}": _get_voice,
    "GET /api/v1/plans": _get("/api/v1/plans"),
    "POST /api/v1/plans": _plan,
    "GET /api/v1/plans/{plan_id}": lambda a: Asked(
        f"/api/v1/plans/{a.one(lambda: a.place.plan)}"
    ),
    "POST /api/v1/plans/{plan_id}/events": _plan_step,
    "PATCH /api/v1/plans/{plan_id}": _new_plan(
        "", lambda a: {"name": f"{a.place.mark}二稿"}
    ),
    "POST /api/v1/plans/{plan_id}/copy": _new_plan(
        "/copy", lambda a: {"name": f"{a.place.mark}副本"}
    ),
    "GET /api/v1/plans/compare": lambda a: Asked(
        f"/api/v1/plans/compare?ids={a.one(lambda: a.place.plan)}"
    ),
    **{
        f"GET /api/v1/plans/{{plan_id}}/{name}": _own_plan(f"/{name}")
        for name in (
            "land",
            "draft",
            "edits",
            "history",
            "difference",
            "moves",
            "why-not",
            "assignment.csv",
            "grids.geojson",
            "units.geojson",
            "report",
            "comments",
            "answers",
        )
    },
    "GET /api/v1/plans/{plan_id}/villages/{village_code}": _own_plan(
        "/villages/{a.place.village}"
    ),
    "POST /api/v1/plans/{plan_id}/edits": _new_plan(
        "/edits",
        lambda a: {
            "version": 0,
            "edit": {"kind": "lock", "grids": [a.place.grid_code]},
        },
    ),
    "POST /api/v1/plans/{plan_id}/undo": _new_plan("/undo", lambda a: {"version": 0}),
    "POST /api/v1/plans/{plan_id}/redo": _new_plan("/redo", lambda a: {"version": 0}),
    "PUT /api/v1/plans/{plan_id}/assignment": _take_assignment,
    "POST /api/v1/plans/{plan_id}/comments": _new_plan(
        "/comments", lambda a: {"id": str(uuid4()), "text": "好"}
    ),
    "POST /api/v1/plans/{plan_id}/comments/{comment_id}/resolve": _resolve,
    "POST /api/v1/plans/{plan_id}/answers": _plan_answer,
    # Of one kind: what other routes ask for here would fill the list.
    "GET /api/v1/jobs": _get("/api/v1/jobs?kind=preview"),
    "GET /api/v1/jobs/{job_id}": lambda a: Asked(
        f"/api/v1/jobs/{a.one(lambda: a.place.job)}"
    ),
    "GET /api/v1/jobs/{job_id}/file": lambda a: Asked(
        f"/api/v1/jobs/{a.one(lambda: a.place.job)}/file"
    ),
    "POST /api/v1/jobs/rejudge": lambda a: Asked(
        "/api/v1/jobs/rejudge", json={"first": _day(a), "last": _day(a)}
    ),
    "POST /api/v1/jobs/export": lambda a: Asked(
        "/api/v1/jobs/export",
        json={"what": "rounds", "format": "csv", "first": _day(a), "last": _day(a)},
    ),
    "POST /api/v1/jobs/{job_id}/cancel": _cancel,
    "GET /api/v1/layers/kinds": _get("/api/v1/layers/kinds"),
    "POST /api/v1/layers": _upload,
    "POST /api/v1/layers/{upload_id}/preview": _use_upload("preview"),
    "POST /api/v1/layers/{upload_id}/load": _use_upload("load"),
    "GET /api/v1/appeals": _get("/api/v1/appeals"),
    "POST /api/v1/appeals": _appeal,
    "POST /api/v1/appeals/{appeal_id}/answer": _answer,
    "GET /api/v1/standings": _get("/api/v1/standings?date={day}", day=_day),
    "POST /api/v1/decisions": _decide,
    "POST /api/v1/excuses": _excuse,
    "POST /api/v1/fixes": _fixes,
    "GET /api/v1/me/looks": _get("/api/v1/me/looks"),
    "GET /api/v1/me/progress": _get("/api/v1/me/progress"),
    "POST /api/v1/me/phone": lambda a: Asked("/api/v1/me/phone", json={}),
    "POST /api/v1/me/phone/{app}": lambda a: Asked("/api/v1/me/phone/traccar", json={}),
    "GET /api/v1/basemap": _get("/api/v1/basemap"),
    "GET /api/v1/basemap/{layer}/{zoom}/{x}/{y}": _get("/api/v1/basemap/0/3/6/3"),
    "GET /api/v1/setup/{code}": _get("/api/v1/setup/none"),
    "GET /api/v1/setup/{code}/xunge.properties": _get(
        "/api/v1/setup/none/xunge.properties"
    ),
    "GET /api/v1/apps": _get("/api/v1/apps"),
    "GET /api/v1/apps/{name}": _get("/api/v1/apps/none.apk"),
    "GET /api/v1/months/{month}": _get("/api/v1/months/{month}", month=_month),
    "GET /api/v1/months/{month}/allowance": _get(
        "/api/v1/months/{month}/allowance", month=_month
    ),
    "GET /api/v1/years/{year}": _get(
        "/api/v1/years/{year}?worker_id={who}", year=lambda a: _day(a)[:4], who=_who
    ),
    "GET /api/v1/slips": _get(
        "/api/v1/slips?worker_id={who}&date={day}&window=evening", who=_who, day=_day
    ),
    "GET /api/v1/replay": _get(
        "/api/v1/replay?worker_id={who}&date={day}", who=_who, day=_day
    ),
    "GET /api/v1/tracks/{worker_id}/{date}": _get(
        "/api/v1/tracks/{who}/{day}", who=_who, day=_day
    ),
    "GET /api/v1/rules": _get("/api/v1/rules"),
    "POST /api/v1/rules": _add_rule,
    "GET /api/v1/rules/fit": _get("/api/v1/rules/fit"),
    "POST /api/v1/rules/preview": _try_rule,
    "POST /api/v1/rules/{rule_id}/end": _end_rule,
    "GET /api/v1/visits": _get("/api/v1/visits"),
    "GET /api/v1/visits/due": _get("/api/v1/visits/due?only_due=false"),
    "GET /api/v1/people": _get("/api/v1/people?limit=500"),
    "GET /api/v1/people/{person_id}": _of_person("", None),
    "POST /api/v1/people": _person,
    "PATCH /api/v1/people/{person_id}": _of_person("", {"phone": "13800000000"}),
    "POST /api/v1/people/{person_id}/account": _account,
    "PATCH /api/v1/people/{person_id}/account": _of_person(
        "/account", {"role": "worker"}
    ),
    "POST /api/v1/people/{person_id}/account/events": _account_event,
    "POST /api/v1/people/{person_id}/devices": _of_person(
        "/devices", {"app": "traccar"}
    ),
    "GET /api/v1/devices": _get("/api/v1/devices?limit=500"),
    "PATCH /api/v1/devices/{device_id}": _device("", {"label": "备用机"}),
    "POST /api/v1/devices/{device_id}/revoke": _device("/revoke", {}),
    "GET /api/v1/assignments": _get("/api/v1/assignments"),
    "GET /api/v1/assignments/vacant": _get("/api/v1/assignments/vacant"),
    "POST /api/v1/assignments": _duty,
    "POST /api/v1/assignments/{assignment_id}/end": _end_duty,
    "POST /api/v1/assignments/{assignment_id}/stand-ins": _stand_in,
    "POST /api/v1/stand-ins/{stand_in_id}/end": _end_stand_in,
    "GET /api/v1/groups": _get("/api/v1/groups"),
    "POST /api/v1/groups": _group,
    "POST /api/v1/groups/{group_id}/members": _join_group,
    "POST /api/v1/groups/{group_id}/members/{person_id}/end": _leave_group,
    "POST /api/v1/groups/{group_id}/end": _end_group,
    "GET /api/v1/checkpoints": _get("/api/v1/checkpoints"),
    "POST /api/v1/checkpoints": _checkpoint,
    "POST /api/v1/checkpoints/{point_id}/end": _end_checkpoint,
    "GET /api/v1/calendar": _get("/api/v1/calendar"),
    "GET /api/v1/calendar/kinds": _get("/api/v1/calendar/kinds"),
    "POST /api/v1/calendar": _entry,
    "POST /api/v1/calendar/{entry_id}/end": _of_entry("/end"),
    "DELETE /api/v1/calendar/{entry_id}": _of_entry(""),
    "GET /api/v1/audit": _get("/api/v1/audit"),
    "GET /api/v1/audit/actions": _get("/api/v1/audit/actions"),
    "GET /api/v1/audit/verification": _get("/api/v1/audit/verification"),
    "GET /api/v1/imports": _get("/api/v1/imports"),
    "PUT /api/v1/categories/{code}": _category,
    "POST /api/v1/fixes/gpx": _gpx,
    "POST /ingest/osmand": _osmand,
    "POST /ingest/owntracks": _owntracks,
    "POST /ingest/overland": _overland,
    "POST /ingest/gpslogger": _logger,
}
