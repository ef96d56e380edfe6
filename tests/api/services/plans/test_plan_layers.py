"""Layers of a plan as files state them, and the wishes of a command line."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from api.services.plans.plan_files import plan_files
from api.services.plans.plan_layers import PlanFiles, read_territory
from api.services.plans.plan_wishes import cost_of_lines, read_wishes
from api.services.plans.plan_words import ground_lines
from geo.errors import BadInput
from tests.planning.builders import EAST, METRIC, NORTH, asking, square_units


@pytest.fixture
def files(tmp_path):
    path = tmp_path / "units.gpkg"
    square_units(4, 4).assign(mines=2.0).to_file(path)
    return PlanFiles(units=path, out=tmp_path / "out", load_column="load")


def with_table(files, name, **columns):
    path = files.units.parent / f"{name}.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def again(files, **more):
    return PlanFiles(**{**files.__dict__, **more})


def wishes(files, **more):
    plain = {"grids": 4, "target_load": None, "tolerance": 0.05, "seed": 0}
    asked = {"band": None, "split": "blocks", "prices": "5,3,1", "line_price": ()}
    return read_wishes(files, **{**plain, **asked, **more})


def test_joining_villages_without_their_column_is_refused(files):
    with pytest.raises(BadInput, match="--within"):
        wishes(files, join_below=0.5)


def test_what_joining_tiny_villages_is_said_to_give_is_the_bound_of_that_plan(files):
    # C touches A most: ten units in two grids and six in two.
    label = ["A"] * 7 + ["C"] + ["A"] * 2 + ["B"] * 6
    square_units(4, 4).assign(label=label).to_file(files.units)
    within, said = again(files, within="label"), []

    def hear(bound, offers):
        said.extend(ground_lines(bound, offers()))

    territory, policy = wishes(within)
    plan_files(within, policy, 1, territory, hear)
    assert any("(--join-tiny 0.5) comes down to 25.00 % at best" in x for x in said)
    (bound,) = cost_of_lines(*wishes(within, join_below=0.6))
    assert bound.endswith("no plan can come below 25.00 % largest deviation")


@pytest.mark.parametrize("asked", [{"forbidden": ("river",)}, {"cut_blocks": True}])
def test_lines_that_nobody_gave_cannot_be_forbidden_or_cut_along(files, asked):
    with pytest.raises(BadInput, match="--barriers"):
        wishes(files, **asked)


def test_a_unit_without_geometry_is_not_lost_silently(files):
    units = square_units(4, 4)
    shapes = units.geometry.copy()
    shapes.iloc[3] = None
    units.set_geometry(shapes).to_file(files.units)
    with pytest.raises(BadInput, match="1 of 16 units have no geometry"):
        read_territory(files)


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("unit_id", ["u1", "u1 "], "'u1' and 'u1 ' differ in blanks only"),
        ("village", ["东村", " 东村"], "'东村' and ' 东村' differ in blanks only"),
        ("load", [pd.Timestamp("2026-05-20")] * 2, "load Timestamp.* is no number"),
        ("load", [1.0, np.inf], "load inf in row 2 .* finite and at or above 0"),
        ("load", [np.nan, 1.0], "load nan in row 1 .* finite and at or above 0"),
        ("load", ["1", "-2"], "load '-2' in row 2 .* finite and at or above 0"),
    ],
)
def test_columns_that_mislead_are_refused_by_their_values(files, column, values, words):
    units = square_units(1, 2).assign(village="东村")
    path = files.units.with_suffix(".parquet")
    units.assign(**{column: values}).to_parquet(path)
    with pytest.raises(BadInput, match=words):
        read_territory(again(files, units=path, within="village"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("unit_id;grid_id\nu0000;G1\n", "parted by semicolons; save it as CSV"),
        ("unit_id\tgrid_id\nu0000\tG1\n", "parted by tabs; save it as CSV"),
    ],
)
def test_a_table_that_is_no_csv_with_commas_is_told_by_its_mark(files, text, words):
    path = files.units.with_name("before.csv")
    path.write_text(text)
    with pytest.raises(BadInput, match=words):
        read_territory(again(files, previous=path))


def test_a_table_in_another_encoding_is_told_what_to_save_it_as(files):
    path = files.units.with_name("before.csv")
    path.write_text("unit_id,grid_id\nu0000,网格一\n", encoding="utf-16")
    with pytest.raises(BadInput, match="save it as CSV in UTF-8"):
        read_territory(again(files, previous=path))


@pytest.mark.parametrize("prices", ["0", "-1", "nan", "5,,1", "5%"])
def test_prices_that_are_no_percents_are_told_as_they_were_written(files, prices):
    before = with_table(files, "before", unit_id=["u0000"], grid_id=["G1"])
    with pytest.raises(BadInput, match=f"prices '{prices}' cannot be read; write"):
        wishes(again(files, previous=before), prices=prices)


def test_outlines_without_their_column_are_told_all_that_would_do(files):
    path = files.units.with_name("outlines.gpkg")
    square_units(2, 2).drop(columns="label").to_file(path)
    with pytest.raises(BadInput, match="no column 'code' or 'village_code' or 'label'"):
        read_territory(again(files, outlines=path))


def test_a_shape_that_was_mended_stands_in_the_notes(files):
    units = square_units(4, 4)
    shapes = units.geometry.copy()
    x, y = EAST + 100, NORTH + 100
    bowtie = [(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100)]
    shapes.iloc[5] = shapely.Polygon(bowtie)
    units.set_geometry(shapes).to_file(files.units)
    assert plan_files(files, asking(2)).report["notes"]


def test_a_redraw_writes_who_moves_from_where_to_where(files):
    first = plan_files(files, asking(4))
    old = first.assignment.assign(grid_id=["A"] * 15 + ["B"])
    previous = with_table(files, "old", **old)
    plan_files(again(files, previous=previous), asking(2))
    moves = pd.read_csv(files.out / "moves.csv", dtype=str)
    assert set(moves["from_grid"]) <= {"A", "B"}
    assert (moves["from_grid"] != moves["to_grid"]).all()
    units = pd.read_csv(files.out / "units.csv", dtype=str)
    changed = units[units["grid_id"] != units["previous_id"]]
    assert changed["unit_id"].tolist() == moves["unit_id"].tolist()


def test_moves_name_the_old_and_the_new_worker_where_the_old_plan_does(files):
    first = plan_files(files, asking(4))
    old = first.assignment.assign(grid_id=["A"] * 15 + ["B"])
    old["worker"] = old["grid_id"].map({"A": "W1", "B": "W2"})
    plan_files(again(files, previous=with_table(files, "old", **old)), asking(2))
    moves = pd.read_csv(files.out / "moves.csv", dtype=str)
    assert len(moves)
    assert moves["from_worker"].equals(moves["from_grid"].map({"A": "W1", "B": "W2"}))
    assert moves["to_worker"].equals(moves["to_grid"].map({"A": "W1", "B": "W2"}))
    page = (files.out / "report.html").read_text("utf-8")
    assert "<td>A（W1）</td><td>B（W2）</td>" in page


def test_a_grid_of_several_workers_is_refused(files):
    old = plan_files(files, asking(4)).assignment.assign(grid_id="A")
    old["worker"] = [f"W{n % 2}" for n in range(len(old))]
    with pytest.raises(BadInput, match="'A' has several workers"):
        plan_files(again(files, previous=with_table(files, "old", **old)), asking(2))


def test_a_folder_that_is_a_file_is_refused(files):
    with pytest.raises(BadInput, match="no folder can be made"):
        plan_files(again(files, out=files.units), asking(2))


def test_no_alternatives_are_refused(files):
    with pytest.raises(BadInput, match="at least 1"):
        plan_files(files, asking(2), alternatives=0)


def test_spots_must_be_points(files):
    with pytest.raises(BadInput, match="spots are points"):
        read_territory(again(files, spots=(files.units,)))


def test_a_column_tells_which_sites_are_overlays(files):
    site = shapely.box(EAST + 50, NORTH + 50, EAST + 150, NORTH + 150)
    words = ["是", "no", "1.0"]
    frame = gpd.GeoDataFrame(
        {"site_id": list("abc"), "overlay": words}, geometry=[site] * 3, crs=METRIC
    )
    path = files.units.parent / "sites.gpkg"
    frame.to_file(path)
    sites = read_territory(again(files, exclusive=path)).sites
    assert sites is not None
    assert sites["overlay"].tolist() == [True, False, True]


def test_further_loads_are_read_by_their_column(files):
    territory = read_territory(again(files, also=("mines",)))
    assert territory.also == ("mines",)
    assert territory.units["mines"].tolist() == [2.0] * 16


@pytest.mark.parametrize("name", ["load", "label", "groups", "settlement_id", "site"])
def test_a_further_load_may_be_called_as_a_column_of_planning(files, name):
    units = square_units(4, 4).rename(columns={"load": "people"})
    units.assign(**{name: 3.0}).to_file(files.units)
    asked = again(files, load_column="people", also=(name, name))
    plan = plan_files(asked, asking(4))
    told = plan.report["more_loads"]
    assert [(load["column"], load["ideal"]) for load in told] == [
        (f"{name} (also)", 12.0)
    ]


def test_a_previous_grid_that_is_empty_is_named_by_its_unit(files):
    old = with_table(files, "old", unit_id=["u0000", "u0001"], grid_id=["G1", None])
    with pytest.raises(BadInput, match="grid_id of 'u0001' is empty"):
        read_territory(again(files, previous=old))


def test_prices_are_percents_and_only_told_of_a_redraw(files):
    assert wishes(files)[1].price_list == ()
    ids = square_units(4, 4)["unit_id"]
    previous = again(files, previous=with_table(files, "p", unit_id=ids, grid_id="A"))
    assert wishes(previous)[1].price_list == (0.05, 0.03, 0.01)
    assert wishes(previous, prices="none")[1].price_list == ()


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"prices": "a,b"}, "write percents"),
        (
            {"prices": "500"},
            "'500' cannot be read; write percents",
        ),
        ({"line_price": ("river",)}, "KIND=PRICE"),
        ({"line_price": ("lake=2",)}, "no kind of border"),
        ({"line_price": ("river=-1",)}, r"line price of river is -1, outside 0\.\.100"),
        ({"line_price": ("road=1e3",)}, "line price of road is 1000, outside"),
        ({"change": "all"}, "people, grids, free"),
        ({"join_below": 4.0}, "outside 0..1"),
        ({"band": "5-3", "grids": None}, "empty"),
    ],
)
def test_a_wish_that_cannot_be_read_is_one_line(files, wish, words):
    ids = square_units(4, 4)["unit_id"]
    previous = again(files, previous=with_table(files, "p", unit_id=ids, grid_id="A"))
    with pytest.raises(BadInput, match=words):
        wishes(previous, **wish)


@pytest.mark.parametrize("nothing", [None, " "])
def test_an_empty_id_is_named_by_its_file_column_and_row(files, nothing):
    ids = square_units(4, 4)["unit_id"].astype(object)
    ids = ids.where(lambda i: i != "u0002", nothing)
    square_units(4, 4).assign(unit_id=ids).to_file(files.units)
    with pytest.raises(BadInput, match=r"units\.gpkg: unit_id is empty .* row 3"):
        read_territory(files)


def test_exclusive_sites_that_are_points_are_refused(files):
    sites = files.units.parent / "sites.gpkg"
    spots = square_units(2, 2).assign(site_id=["a", "b", "c", "d"])
    spots.set_geometry(spots.geometry.centroid).to_file(sites)
    with pytest.raises(BadInput, match="an exclusive site is a polygon"):
        read_territory(again(files, exclusive=sites))


def test_sites_that_overlap_say_who_lost_what(files):
    sites = files.units.parent / "sites.gpkg"
    shapes = [
        shapely.box(EAST + x, NORTH + 20, EAST + x + 60, NORTH + 80) for x in (20, 50)
    ]
    table = {"site_id": ["S1", "S2"]}
    gpd.GeoDataFrame(table, geometry=shapes, crs=METRIC).to_file(sites)
    notes = plan_files(again(files, exclusive=sites), asking(2)).report["notes"]
    assert any("S2 lost 1800 m²" in n and "outside site S1" in n for n in notes)


def test_a_previous_plan_may_be_in_the_encoding_of_a_spreadsheet(files):
    plan = files.units.parent / "previous.csv"
    ids = square_units(4, 4)["unit_id"]
    rows = "\n".join(
        f"{name},{'东' if n < 8 else '西'}格" for n, name in enumerate(ids)
    )
    plan.write_bytes(f"unit_id,grid_id\n{rows}\n".encode("gbk"))
    previous = read_territory(again(files, previous=plan)).previous
    assert set(previous) == {"东格", "西格"}


def test_a_river_drawn_as_a_surface_is_its_two_banks(files):
    river = files.units.parent / "river.gpkg"
    water = shapely.box(EAST + 190, NORTH - 10, EAST + 210, NORTH + 410)
    gpd.GeoDataFrame(geometry=[water], crs=METRIC).to_file(river)
    lines = read_territory(again(files, barriers=(river,))).lines
    assert lines["kind"].tolist() == ["river"]
    assert set(lines.geom_type) == {"LineString"}


def test_points_are_no_barriers(files):
    roads = files.units.parent / "roads.gpkg"
    spots = square_units(1, 2)
    spots.set_geometry(spots.geometry.centroid).to_file(roads)
    with pytest.raises(BadInput, match="not points"):
        read_territory(again(files, barriers=(roads,)))
