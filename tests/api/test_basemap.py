"""The ground below the map: from a file or another server, asked by ours alone."""

import asyncio
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread

import pytest
from PIL import Image
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import write
from pydantic import SecretStr

from api.errors import NotFound, SourceDown
from api.services.ground.basemap import Basemap, basemap_of
from api.services.ground.basemap_sources import Remote
from api.settings import Settings
from geo.errors import BadInput

PATH = "/api/v1/basemap"


def picture(shade):
    out = BytesIO()
    Image.new("RGB", (256, 256), (shade, shade, shade)).save(out, "PNG")
    return out.getvalue()


def archive(path, kind=TileType.PNG):
    with write(str(path)) as writer:
        writer.write_tile(zxy_to_tileid(3, 6, 3), picture(90))
        bounds = {"min_lon_e7": 0, "min_lat_e7": 0, "max_lon_e7": 1, "max_lat_e7": 1}
        header = {"tile_type": kind, "tile_compression": Compression.NONE, **bounds}
        header |= {"center_lon_e7": 0, "center_lat_e7": 0, "center_zoom": 3}
        writer.finalize(header, {})
    return path


@pytest.fixture(scope="module")
def server():
    """A server of tiles that answers by the zoom: a picture, words, or not at all."""
    asked = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            zoom = int(self.path.split("/")[1])
            found = {3: (200, picture(7)), 4: (404, b""), 5: (200, b"<html>no key")}
            status, body = found.get(zoom, (500, b"secret=abc"))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as http:
        thread = Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}/{{z}}/{{x}}/{{y}}?tk=key", asked
        http.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def app(app, server, tmp_path_factory):
    path = archive(tmp_path_factory.mktemp("maps") / "ground.pmtiles")
    settings = Settings(basemap=f"{path} {server[0]}", basemap_credit="审图号")
    app.state.basemap = basemap_of(settings)
    app.state.settings = app.state.settings.model_copy(
        update={"basemap_credit": settings.basemap_credit}
    )
    return app


def test_a_page_learns_how_many_layers_there_are_and_whose(sign_in):
    body = sign_in("near_worker").get(PATH).json()
    assert body == {"layers": 2, "credit": "审图号", "max_zoom": 18}


def test_pictures_of_a_file_and_of_a_server_come_from_here(sign_in):
    client = sign_in("near_worker")
    for layer, shade in ((0, 90), (1, 7)):
        answer = client.get(f"{PATH}/{layer}/3/6/3")
        assert answer.content == picture(shade)
        assert answer.headers["content-type"] == "image/png"
        again = {"if-none-match": answer.headers["etag"]}
        assert client.get(f"{PATH}/{layer}/3/6/3", headers=again).status_code == 304


def test_where_a_source_has_nothing_the_ground_stays_blank(sign_in):
    client = sign_in("near_worker")
    assert client.get(f"{PATH}/0/3/1/1").status_code == 204
    assert client.get(f"{PATH}/1/4/1/1").status_code == 204


@pytest.mark.parametrize("zoom", [5, 6])
def test_what_is_no_picture_is_not_passed_on(sign_in, zoom):
    answer = sign_in("near_worker").get(f"{PATH}/1/{zoom}/1/1")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "source_down"
    assert "key" not in answer.text
    assert "secret" not in answer.text


@pytest.mark.parametrize("tile", ["2/3/1/1", "0/3/8/1", "0/3/1/8"])
def test_a_tile_of_no_layer_or_no_world_is_404(sign_in, tile):
    assert sign_in("near_worker").get(f"{PATH}/{tile}").status_code == 404


def test_a_layer_below_the_ground_is_refused(sign_in):
    assert sign_in("near_worker").get(f"{PATH}/-1/3/1/1").status_code == 422


def test_who_is_not_signed_in_sees_none(client):
    assert client.get(f"{PATH}/0/3/6/3").status_code == 401


def test_a_tile_is_fetched_once(server):
    address, asked = server
    asked.clear()

    async def twice():
        basemap = Basemap([Remote(address)])
        found = [await basemap.tile(0, 3, 2, 2) for _ in range(2)]
        await basemap.close()
        return found

    assert asyncio.run(twice()) == [picture(7)] * 2
    assert asked == ["/3/2/2?tk=key"]


def test_a_server_that_is_away_is_named_without_its_key():
    async def ask():
        basemap = Basemap([Remote("http://127.0.0.1:9/{z}/{x}/{y}?tk=key")])
        with pytest.raises(SourceDown) as caught:
            await basemap.tile(0, 3, 2, 2)
        await basemap.close()
        return str(caught.value), caught.value.__cause__

    assert asyncio.run(ask()) == ("the source of the basemap does not answer", None)


def test_tianditu_is_two_layers_and_needs_a_key():
    key = SecretStr("k")
    assert len(basemap_of(Settings(basemap="tianditu", tianditu_key=key))) == 2
    with pytest.raises(BadInput, match="needs XUNGE_TIANDITU_KEY"):
        basemap_of(Settings(basemap="tianditu"))


def test_without_a_setting_the_ground_is_blank():
    basemap = basemap_of(Settings())
    assert len(basemap) == 0
    with pytest.raises(NotFound):
        asyncio.run(basemap.tile(0, 3, 2, 2))


@pytest.mark.parametrize(
    "word",
    ["https://a.example/{z}/{x}", "https://a.example/{z}/{x}/{y}/{k}", "none.pmtiles"],
)
def test_a_source_that_cannot_work_is_named_at_the_start(word):
    with pytest.raises(BadInput, match="XUNGE_BASEMAP"):
        basemap_of(Settings(basemap=word))


def test_a_file_of_vectors_is_refused(tmp_path):
    path = archive(tmp_path / "lines.pmtiles", TileType.MVT)
    with pytest.raises(BadInput, match="MVT"):
        basemap_of(Settings(basemap=str(path)))
