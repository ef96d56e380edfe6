"""What each identity is to get from each route, written by hand.

Never derive this table from the code: it is what the code is held against. A line is a
route, the statuses of a request that is let in, ``sees`` where the answer must then
show the marks of the place (a list that leaves out the rest), and one letter for each
identity about an object inside its town, then about one in the other town:

``Y``  let in, and sees the object
``-``  let in, and sees nothing of the object
``F``  403, ``N`` 404, ``U`` 401
"""

from dataclasses import dataclass

# In the order of the letters. The device is that of the inner village's worker; the
# stranger is the administrator of the county beside it.
IDENTITIES = (
    "admin",
    "planner",
    "county_boss",
    "town_boss",
    "village_boss",
    "desk",
    "handler",
    "worker",
    "auditor",
    "stranger",
    "device",
    "nobody",
)

# The letters stand for: a p c t v d h w a s d n
TABLE = """
GET    /api/v1/openapi.json                          200     any  YYYYYYYYYYYY YYYYYYYYYYYY
GET    /healthz                                      200     any  YYYYYYYYYYYY YYYYYYYYYYYY
GET    /ready                                        200,503 any  YYYYYYYYYYYY YYYYYYYYYYYY
GET    /metrics                                      200     any  YYYYYYYYYYYY YYYYYYYYYYYY
GET    /api/{path:path}                              404     any  YYYYYYYYYYYY YYYYYYYYYYYY
POST   /api/v1/session                               401     any  YYYYYYYYYYYY YYYYYYYYYYYY
GET    /api/v1/session                               200     any  YYYYYYYYYYFU YYYYYYYYYYFU
DELETE /api/v1/session                               204     any  YYYYYYYYYYFU YYYYYYYYYYFU
POST   /api/v1/session/code                          409     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/session/oidc                          200     any  YYYYYYYYYYYY YYYYYYYYYYYY
GET    /api/v1/session/oidc/start                    404     any  YYYYYYYYYYYY YYYYYYYYYYYY
GET    /api/v1/session/oidc/return                   404     any  YYYYYYYYYYYY YYYYYYYYYYYY
POST   /api/v1/me/password                           422     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/me/second-factor                      200     any  YYYYYYYYYYFU YYYYYYYYYYFU
POST   /api/v1/me/second-factor                      201     any  YYYYYYYYYYFU YYYYYYYYYYFU
POST   /api/v1/me/second-factor/confirm              401     any  YYYYYYYYYYFU YYYYYYYYYYFU
POST   /api/v1/me/second-factor/remove               409     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/territory                             200     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/categories                            200     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/regions                               200     sees YYYYYY--Y-FU Y-Y-----Y-FU
GET    /api/v1/landscape                             200     sees YYYYYY--Y-FU Y-Y-----Y-FU
GET    /api/v1/grids                                 200     sees YYYYYY-YY-FU Y-Y-----Y-FU
GET    /api/v1/sites                                 200     sees YYYYYY-YY-FU Y-Y-----Y-FU
GET    /api/v1/tiles/{layer}/{zoom}/{x}/{y}.mvt      200,204 sees YYYYYY-YY-FU Y-Y-----Y-FU
GET    /api/v1/basemap                               200     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/basemap/{layer}/{zoom}/{x}/{y}        404     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/handlers                              200     sees YYYYYY-YY-FU Y-Y-----Y-FU
GET    /api/v1/latest                                200     sees Y-YYYY-YY-FU Y-Y-----Y-FU
GET    /api/v1/live                                  200     sees Y-YYYY-YY-FU Y-Y-----Y-FU
GET    /api/v1/patrols                               200     sees Y-YYYY-YY-FU Y-Y-----Y-FU
GET    /api/v1/board                                 200     sees Y-YYYY-YY-FU Y-Y-----Y-FU
GET    /api/v1/hazards                               200     sees YYYYYY-YY-FU Y-Y-----Y-FU
POST   /api/v1/hazards                               201     any  YYYYYYYYFYYU YYYYYYYYFYYU
GET    /api/v1/hazards/{case_id}                     200     sees YYYYYYNYYNFU YNYNNNNNYNFU
POST   /api/v1/hazards/{case_id}/events              200     sees YFFFFYNFFNFU YNFNNNNNFNFU
PUT    /api/v1/hazards/{case_id}/photos/{photo_id}   201     any  YYYYYYNYFNYU YNYNNNNNFNNU
GET    /api/v1/hazards/{case_id}/photos/{photo_id}   200     any  YYYYYYNYYNFU YNYNNNNNYNFU
PUT    /api/v1/hazards/{case_id}/voices/{voice_id}   201     any  YYYYYYNYFNYU YNYNNNNNFNNU
GET    /api/v1/hazards/{case_id}/voices/{voice_id}   200     any  YYYYYYNYYNFU YNYNNNNNYNFU
GET    /api/v1/plans                                 200     sees YYYYYY--Y-FU Y-Y-----Y-FU
POST   /api/v1/plans                                 202,422 any  YYFFFFFFFNFU YNFFFFFFFNFU
GET    /api/v1/plans/{plan_id}                       200     sees YYYYYYNNYNFU YNYNNNNNYNFU
POST   /api/v1/plans/{plan_id}/events                200     sees YYFFFFFFFNFU YNFFFFFFFNFU
PATCH  /api/v1/plans/{plan_id}                       200     sees YYFFFFFFFNFU YNFFFFFFFNFU
POST   /api/v1/plans/{plan_id}/copy                  201     sees YYFFFFFFFNFU YNFFFFFFFNFU
GET    /api/v1/plans/compare                         200     sees YYYYYYNNYNFU YNYNNNNNYNFU
GET    /api/v1/plans/{plan_id}/land                  200     any  YYYYYYNNYNFU YNYNNNNNYNFU
GET    /api/v1/plans/{plan_id}/draft                 200     sees YYYYYYNNYNFU YNYNNNNNYNFU
GET    /api/v1/plans/{plan_id}/edits                 200     any  YYYYYYNNYNFU YNYNNNNNYNFU
GET    /api/v1/plans/{plan_id}/history               200     any  YYYYYYNNYNFU YNYNNNNNYNFU
POST   /api/v1/plans/{plan_id}/edits                 200     any  YYFFFFFFFNFU YNFFFFFFFNFU
POST   /api/v1/plans/{plan_id}/undo                  409     any  YYFFFFFFFNFU YNFFFFFFFNFU
POST   /api/v1/plans/{plan_id}/redo                  409     any  YYFFFFFFFNFU YNFFFFFFFNFU
GET    /api/v1/plans/{plan_id}/difference            200     any  YYYYYYNNYNFU YNYNNNNNYNFU
GET    /api/v1/plans/{plan_id}/moves                 200     any  YYYYYYNNYNFU YNYNNNNNYNFU
GET    /api/v1/plans/{plan_id}/why-not               200     any  YYYYYYNNYNFU YNYNNNNNYNFU
GET    /api/v1/plans/{plan_id}/assignment.csv        200     sees YYYYYYNNYNFU YNYNNNNNYNFU
PUT    /api/v1/plans/{plan_id}/assignment            200     any  YYFFFFFFFNFU YNFFFFFFFNFU
GET    /api/v1/plans/{plan_id}/grids.geojson         200     any  YYYYYYNNYNFU YNYNNNNNYNFU
GET    /api/v1/plans/{plan_id}/units.geojson         200     sees YYYYYYNNYNFU YNYNNNNNYNFU
GET    /api/v1/plans/{plan_id}/report                200     sees YYYYYYNNYNFU YNYNNNNNYNFU
GET    /api/v1/plans/{plan_id}/villages/{village_code} 200   sees YYYYYYNNYNFU YNYNNNNNYNFU
GET    /api/v1/plans/{plan_id}/comments              200     sees YYYYYYNNYNFU YNYNNNNNYNFU
POST   /api/v1/plans/{plan_id}/comments              201     any  YYYYYFFFFNFU YNYNNFFFFNFU
POST   /api/v1/plans/{plan_id}/comments/{comment_id}/resolve 200 sees YYYYYFFFFNFU YNYNNFFFFNFU
GET    /api/v1/plans/{plan_id}/answers               200     sees YYYYYYNNYNFU YNYNNNNNYNFU
POST   /api/v1/plans/{plan_id}/answers               201     sees YYFFFFFFFNFU YNFFFFFFFNFU
GET    /api/v1/jobs                                  200     sees YYYYYY--Y-FU Y-Y-----Y-FU
GET    /api/v1/jobs/{job_id}                         200     sees YYYYYYNNYNFU YNYNNNNNYNFU
GET    /api/v1/jobs/{job_id}/file                    200     any  NNNNNNNNNNFU NNNNNNNNNNFU
POST   /api/v1/jobs/rejudge                          202     any  YFYYYFFFFYFU YFYYYFFFFYFU
POST   /api/v1/jobs/export                           202     any  YFYYYFFFYYFU YFYYYFFFYYFU
POST   /api/v1/jobs/{job_id}/cancel                  200     sees YYFFFFFFFNFU YNFFFFFFFNFU
GET    /api/v1/layers/kinds                          200     any  YYYYYYYYYYFU YYYYYYYYYYFU
POST   /api/v1/layers                                202     any  YYFFFFFFFYFU YYFFFFFFFYFU
POST   /api/v1/layers/{upload_id}/preview            202     any  YYFFFFFFFNFU YNFFFFFFFNFU
POST   /api/v1/layers/{upload_id}/load               202     any  YYFFFFFFFNFU YNFFFFFFFNFU
GET    /api/v1/appeals                               200     sees Y-YYYY-YY-FU Y-Y-----Y-FU
POST   /api/v1/appeals                               201     any  NNNNNNNYNNFU NNNNNNNYNNFU
POST   /api/v1/appeals/{appeal_id}/answer            200     sees YNYYYFNNFNFU YNYNNNNNFNFU
GET    /api/v1/standings                             200     sees Y-YYYY-YY-FU Y-Y-----Y-FU
POST   /api/v1/decisions                             201     any  YNYYYFNNFNFU YNYNNNNNFNFU
POST   /api/v1/excuses                               201     any  YFYYYFFFFNFU YFYNNFFFFNFU
POST   /api/v1/fixes                                 200     any  UUUUUUUUUUYU UUUUUUUUUUYU
GET    /api/v1/me/looks                              200     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/me/progress                           200     any  NNNNNNNYNNFU NNNNNNNYNNFU
POST   /api/v1/me/phone                              201     any  YYYYYYYYYYFU YYYYYYYYYYFU
POST   /api/v1/me/phone/{app}                        201     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/setup/{code}                          404     any  YYYYYYYYYYYY YYYYYYYYYYYY
GET    /api/v1/setup/{code}/xunge.properties         404     any  YYYYYYYYYYYY YYYYYYYYYYYY
GET    /api/v1/apps                                  200     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/apps/{name}                           404     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/months/{month}                        200     sees Y-YYYY-YY-FU Y-Y-----Y-FU
GET    /api/v1/months/{month}/allowance              200,409 any  YFYYYFFFYYFU YFYYYFFFYYFU
GET    /api/v1/years/{year}                          200     any  YNYYYYNYYNFU YNYNNNNNYNFU
GET    /api/v1/slips                                 200     sees YNYYYYNYYNFU YNYNNNNNYNFU
GET    /api/v1/replay                                200     any  YFYYYFNYYNFU YNYNNNNNYNFU
GET    /api/v1/tracks/{worker_id}/{date}             200     any  YFYYYFNYYNFU YNYNNNNNYNFU
GET    /api/v1/rules                                 200     any  YYYYYYYYYYFU YYYYYYYYYYFU
POST   /api/v1/rules                                 201     any  YFFFFFFFFYFU YFFFFFFFFYFU
GET    /api/v1/rules/fit                             200     any  YYYYYFFFFYFU YYYYYFFFFYFU
POST   /api/v1/rules/preview                         202     any  YYYYYFFFFYFU YYYYYFFFFYFU
POST   /api/v1/rules/{rule_id}/end                   200     any  YFFFFFFFFNFU YFFFFFFFFNFU
GET    /api/v1/visits                                200     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/visits/due                            200     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/people                                200     sees YFYYYYFFY-FU YFY---FFY-FU
GET    /api/v1/people/{person_id}                    200     sees YFYYYYFFYNFU YFYNNNFFYNFU
POST   /api/v1/people                                201     any  YFFFFFFFFNFU YFFFFFFFFNFU
PATCH  /api/v1/people/{person_id}                    200     sees YFFFFFFFFNFU YFFFFFFFFNFU
POST   /api/v1/people/{person_id}/account            201     any  YFFFFFFFFNFU YFFFFFFFFNFU
PATCH  /api/v1/people/{person_id}/account            200     sees YFFFFFFFFNFU YFFFFFFFFNFU
POST   /api/v1/people/{person_id}/account/events     200     sees YFFFFFFFFNFU YFFFFFFFFNFU
POST   /api/v1/people/{person_id}/devices            201     any  YFFFFFFFFNFU YFFFFFFFFNFU
GET    /api/v1/devices                               200     sees YFYYYYFFY-FU YFY---FFY-FU
PATCH  /api/v1/devices/{device_id}                   200     sees YFFFFFFFFNFU YFFFFFFFFNFU
POST   /api/v1/devices/{device_id}/revoke            200     any  YFFFFFFFFNFU YFFFFFFFFNFU
GET    /api/v1/assignments                           200     sees YFYYYYFFY-FU YFY---FFY-FU
GET    /api/v1/assignments/vacant                    200     any  YFYYYYFFYYFU YFYYYYFFYYFU
POST   /api/v1/assignments                           201     sees YFFFFFFFFNFU YFFFFFFFFNFU
POST   /api/v1/assignments/{assignment_id}/end       200     sees YFFFFFFFFNFU YFFFFFFFFNFU
POST   /api/v1/assignments/{assignment_id}/stand-ins 201     sees YFYYYFFFFNFU YFYNNFFFFNFU
POST   /api/v1/stand-ins/{stand_in_id}/end           200     sees YFYYYFFFFNFU YFYNNFFFFNFU
GET    /api/v1/groups                                200     sees YFYYYYFFY-FU YFY---FFY-FU
POST   /api/v1/groups                                201     sees YFFFFFFFFNFU YFFFFFFFFNFU
POST   /api/v1/groups/{group_id}/members             201     sees YFFFFFFFFNFU YFFFFFFFFNFU
POST   /api/v1/groups/{group_id}/members/{person_id}/end 200 sees YFFFFFFFFNFU YFFFFFFFFNFU
POST   /api/v1/groups/{group_id}/end                 200     sees YFFFFFFFFNFU YFFFFFFFFNFU
GET    /api/v1/checkpoints                           200     sees YYYYYY-YY-FU Y-Y-----Y-FU
POST   /api/v1/checkpoints                           201     sees YFFFFFFFFNFU YFFFFFFFFNFU
POST   /api/v1/checkpoints/{point_id}/end            200     sees YFFFFFFFFNFU YFFFFFFFFNFU
GET    /api/v1/calendar                              200     sees Y-YYYY--Y-FU Y-Y-----Y-FU
GET    /api/v1/calendar/kinds                        200     any  YYYYYYYYYYFU YYYYYYYYYYFU
POST   /api/v1/calendar                              201     sees YFYYYFFFFNFU YFYNNFFFFNFU
POST   /api/v1/calendar/{entry_id}/end               200     sees YFYYYFFFFNFU YFYNNFFFFNFU
DELETE /api/v1/calendar/{entry_id}                   204     any  YFYYYFFFFNFU YFYNNFFFFNFU
GET    /api/v1/audit                                 200     any  YFFFFFFFYYFU YFFFFFFFYYFU
GET    /api/v1/audit/actions                         200     any  YYYYYYYYYYFU YYYYYYYYYYFU
GET    /api/v1/audit/verification                    200     any  YFFFFFFFYYFU YFFFFFFFYYFU
GET    /api/v1/imports                               200     any  YYFFFFFFYYFU YYFFFFFFYYFU
PUT    /api/v1/categories/{code}                     200,201 any  YFFFFFFFFYFU YFFFFFFFFYFU
POST   /api/v1/fixes/gpx                             200     any  UUUUUUUUUUYU UUUUUUUUUUYU
POST   /ingest/osmand                                200     any  UUUUUUUUUUYU UUUUUUUUUUYU
POST   /ingest/owntracks                             200     any  UUUUUUUUUUYU UUUUUUUUUUYU
POST   /ingest/overland                              200     any  UUUUUUUUUUYU UUUUUUUUUUYU
POST   /ingest/gpslogger                             200     any  UUUUUUUUUUYU UUUUUUUUUUYU
"""  # noqa: E501
STATUS = {"F": 403, "N": 404, "U": 401}


@dataclass(frozen=True)
class Rule:
    """The line of a route."""

    ok: frozenset[int]
    shows: bool
    inside: str
    outside: str

    def letter(self, identity: str, where: str) -> str:
        return getattr(self, where)[IDENTITIES.index(identity)]


def read_table(text: str) -> dict[str, Rule]:
    """Return the rule of each ``METHOD path``."""
    rules = {}
    for line in text.strip().splitlines():
        method, path, ok, shows, inside, outside = line.split()
        assert len(inside) == len(outside) == len(IDENTITIES), line
        assert set(inside + outside) <= set("Y-FNU"), line
        assert f"{method} {path}" not in rules, line
        statuses = frozenset(int(status) for status in ok.split(","))
        rules[f"{method} {path}"] = Rule(statuses, shows == "sees", inside, outside)
    return rules


POLICY = read_table(TABLE)
