"""Pictures are the same to the byte, can be drawn of any data, and are at home in the UI and on a page."""

import calendar
import hashlib
import io
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.picture import Picture
from lm_synth_assets.report.pictures.registry import PICTURES
from lm_synth_assets.report.pictures.rendering import png, svg
from lm_synth_assets.report.pictures.style import (
    BAND,
    INK,
    OTHER,
    SEEN,
)
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.vocabulary import AGE_BANDS, AGE_GROUPS, ED_SUBSERVICES
from lm_synth_assets_tests.support.datasets import Tables, make_tables, retuned

GRAPH = Path(__file__).parents[1] / "support" / "graph.json"
SVG = "{http://www.w3.org/2000/svg}"
ODD = "Centre «Ünïcode» $x_1^2$ & <b>bold</b> 中文 'quoted' 100 % "

BY_NAME = {picture.name: picture for picture in PICTURES}

every_picture = pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)


@pytest.fixture(scope="module")
def frames(tables: Tables, region: Region) -> dict[str, pd.DataFrame]:
    """The numbers of each picture, by its name."""
    return {picture.name: picture.measure(tables, region) for picture in PICTURES}


@pytest.fixture(scope="module")
def svgs(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Each picture as SVG, by its name."""
    return {picture.name: svg(picture, frames[picture.name]) for picture in PICTURES}


def ids(drawing: str) -> list[str]:
    return [node.attrib["id"] for node in ElementTree.fromstring(drawing).iter() if "id" in node.attrib]


def texts(drawing: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(drawing).iter(f"{SVG}text")]


def drawn(name: str, frame: pd.DataFrame) -> Figure:
    figure = Figure(figsize=(9, 5))
    BY_NAME[name].draw(figure, frame)
    return figure


def draw_all(tables: Tables, region: Region) -> dict[str, str]:
    """Every picture as SVG, having been drawn as PNG too."""
    drawn = {}
    for picture in PICTURES:
        frame = picture.measure(tables, region)
        assert Image.open(io.BytesIO(png(picture, frame))).width == 900
        drawn[picture.name] = svg(picture, frame)
        ElementTree.fromstring(drawn[picture.name])
        assert picture.describe(frame)
    return drawn


class TestRegistry:
    def test_names_are_unique_and_titles_short_without_numbers(self) -> None:
        assert (
            len({picture.name for picture in PICTURES}) == len({picture.title for picture in PICTURES}) == 13
        )
        for picture in PICTURES:
            assert re.fullmatch(r"[a-z_]+", picture.name)
            assert re.fullmatch(r"[A-Z][A-Za-z ]{1,40}", picture.title)

    def test_each_shows_a_table_in_the_order_of_the_report(self) -> None:
        by_table = {
            table: [picture.name for picture in PICTURES if picture.table == table] for table in TABLES
        }
        assert by_table["population_projection"] == ["population_pyramid"]
        assert by_table["patients"] == ["flows"]
        assert by_table["ip_stays"] == ["los_by_subprogram", "census", "alc_by_program"]
        assert by_table["ed_projection"] == ["projected_by_site", "projected_by_scenario"]
        assert by_table["dim_site"] == []
        assert by_table["ed_encounters"] == [
            "arrivals_by_hour_and_weekday",
            "projected_and_generated",
            "seasonality",
            "visits_per_patient",
            "acuity_and_disposition",
            "ed_length_of_stay",
        ]
        assert sum(map(len, by_table.values())) == len(PICTURES)

    @every_picture
    def test_reads_no_other_table_than_it_says(
        self, picture: Picture, tables: Tables, region: Region
    ) -> None:
        own = {name: tables[name] for name in (picture.table, *picture.reads)}
        pd.testing.assert_frame_equal(picture.measure(own, region), picture.measure(tables, region))
        for name in picture.reads:
            with pytest.raises(KeyError, match=name):
                picture.measure({key: own[key] for key in own if key != name}, region)

    @every_picture
    def test_all_that_it_reads_is_made_before_its_table(self, picture: Picture) -> None:
        assets = json.loads(GRAPH.read_text())["assets"]
        # The configuration's assets are named with their partitions.
        deps = {name: set(asset["deps"]) & assets.keys() for name, asset in assets.items()}
        before, found = set[str](), [picture.table]
        while found:
            new = deps[found.pop()] - before
            before |= new
            found += sorted(new)
        assert set(picture.reads) <= before

    @every_picture
    def test_measuring_changes_no_table(self, picture: Picture, tables: Tables, region: Region) -> None:
        copies = {name: tables[name].copy() for name in (picture.table, *picture.reads)}
        picture.measure(copies, region)
        for name, copy in copies.items():
            pd.testing.assert_frame_equal(copy, tables[name])


class TestSameBytes:
    def test_in_another_process(
        self, frames: dict[str, pd.DataFrame], svgs: dict[str, str], tmp_path: Path
    ) -> None:
        (tmp_path / "frames").write_bytes(pickle.dumps(frames))
        code = (
            "import hashlib, pickle, sys\n"
            "from pathlib import Path\n"
            "from lm_synth_assets.report.pictures.registry import PICTURES\n"
            "from lm_synth_assets.report.pictures.rendering import png, svg\n"
            "frames = pickle.loads(Path(sys.argv[1]).read_bytes())\n"
            "for picture in reversed(PICTURES):\n"
            "    frame = frames[picture.name]\n"
            "    print(hashlib.sha256(png(picture, frame) + svg(picture, frame).encode()).hexdigest())\n"
        )
        call = [sys.executable, "-W", "error", "-c", code, str(tmp_path / "frames")]
        there = subprocess.run(call, capture_output=True, text=True, check=True).stdout.split()
        here = [png(picture, frames[picture.name]) + svgs[picture.name].encode() for picture in PICTURES]
        assert there == [hashlib.sha256(drawn).hexdigest() for drawn in reversed(here)]

    @every_picture
    def test_whatever_matplotlib_is_set_to(
        self, picture: Picture, frames: dict[str, pd.DataFrame], svgs: dict[str, str]
    ) -> None:
        frame = frames[picture.name]
        before = png(picture, frame)
        own = {
            "font.size": 30,
            "savefig.dpi": 300,
            "svg.fonttype": "path",
            "axes.grid": True,
            "figure.dpi": 50,
        }
        with matplotlib.rc_context(own):
            settings = dict(matplotlib.rcParams)
            assert png(picture, frame) == before
            assert svg(picture, frame) == svgs[picture.name]
            assert dict(matplotlib.rcParams) == settings

    @every_picture
    def test_drawing_changes_no_frame(self, picture: Picture, frames: dict[str, pd.DataFrame]) -> None:
        frame = frames[picture.name].copy()
        png(picture, frame)
        picture.describe(frame)
        pd.testing.assert_frame_equal(frame, frames[picture.name])


class TestPng:
    @every_picture
    def test_is_900_pixels_wide_on_white_and_small(
        self, picture: Picture, frames: dict[str, pd.DataFrame]
    ) -> None:
        found = png(picture, frames[picture.name])
        assert len(found) < 40_000
        image = Image.open(io.BytesIO(found))
        assert image.format == "PNG"
        assert image.width == 900
        assert 400 <= image.height <= 900
        corners = [(x, y) for x in (0, image.width - 1) for y in (0, image.height - 1)]
        assert {image.convert("RGBA").getpixel(corner) for corner in corners} == {(255, 255, 255, 255)}
        assert image.info["Title"] == picture.title
        assert image.info["Description"].startswith("Synthetic")

    def test_bands_are_a_light_grey(self, frames: dict[str, pd.DataFrame]) -> None:
        image = Image.open(io.BytesIO(png(BY_NAME["seasonality"], frames["seasonality"]))).convert("RGB")
        pixels = np.asarray(image).reshape(-1, 3)
        grey = np.abs(pixels - 0.88 * 255 - 0.12 * np.array([0x1A, 0x1B, 0x1C])).max(axis=1) < 3
        assert grey.mean() > 0.1


class TestSvg:
    @every_picture
    def test_scales_and_says_what_it_is(
        self, picture: Picture, frames: dict[str, pd.DataFrame], svgs: dict[str, str]
    ) -> None:
        drawing = svgs[picture.name]
        assert drawing.startswith("<svg ")
        assert len(drawing.encode()) < 120_000
        root = ElementTree.fromstring(drawing)
        assert root.attrib["viewBox"].startswith("0 0 648 ")
        assert not {"width", "height"} & set(root.attrib)
        assert root.attrib["role"] == "img"
        told = {node.attrib["id"]: node.text for node in root if node.tag in (f"{SVG}title", f"{SVG}desc")}
        assert list(told.values()) == [picture.title, picture.describe(frames[picture.name])]
        assert root.attrib["aria-labelledby"].split() == list(told)

    @every_picture
    def test_touches_nothing_else_on_the_page(self, picture: Picture, svgs: dict[str, str]) -> None:
        drawing = svgs[picture.name]
        own = ids(drawing)
        assert len(set(own)) == len(own)
        assert all(name.startswith(f"{picture.name}-") for name in own)
        referred = re.findall(r"url\(#([^)]+)\)", drawing) + re.findall(r'href="#([^"]+)"', drawing)
        # Beside those of title and description, an id is there because something refers to it.
        assert len(set(referred)) == len(own) - 2
        assert set(referred) <= set(own)
        assert re.findall(r'(?:href|src)="[^#]', drawing) == []
        assert re.findall(r"https?://[^\"]+", drawing) == ["http://www.w3.org/2000/svg"]
        assert {node.tag for node in ElementTree.fromstring(drawing).iter()} <= {
            SVG + tag
            for tag in ("svg", "title", "desc", "defs", "clipPath", "rect", "g", "path", "use", "text")
        }

    def test_no_two_share_an_id(self, svgs: dict[str, str]) -> None:
        found = [name for drawing in svgs.values() for name in ids(drawing)]
        assert len(found) == len(set(found)) > 12

    @every_picture
    def test_has_the_colours_of_the_page_and_those_of_data(
        self, picture: Picture, svgs: dict[str, str]
    ) -> None:
        colours = re.findall(r"(?:fill|stroke): (?!none)([^;\"]+)", svgs[picture.name])
        assert set(colours) <= {"currentColor", SEEN.lower(), OTHER.lower()}
        assert {"currentColor", SEEN.lower()} <= set(colours)

    @every_picture
    def test_text_is_text_in_the_pages_font_and_large_enough(
        self, picture: Picture, svgs: dict[str, str]
    ) -> None:
        drawing = svgs[picture.name]
        assert "font-family" not in drawing
        nodes = list(ElementTree.fromstring(drawing).iter(f"{SVG}text"))
        sizes = [float(re.search(r"font-size: ([\d.]+)px", node.attrib["style"])[1]) for node in nodes]  # type: ignore[index]
        # At 900 pixels for 648 units, 10 are 13.9 pixels.
        assert min(sizes) >= 10
        assert all("fill: currentColor" in node.attrib["style"] for node in nodes)


class TestColours:
    def test_stand_out_from_light_and_dark_pages_and_from_bands(self) -> None:
        def luminance(channels: list[float]) -> float:
            linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
            return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

        def channels(colour: str) -> list[float]:
            return [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]

        def contrast(one: list[float], other: list[float]) -> float:
            low, high = sorted((luminance(one), luminance(other)))
            return (high + 0.05) / (low + 0.05)

        for page, text in (("#ffffff", INK), ("#121212", "#e6e6e6")):
            background = channels(page)
            band = [
                (1 - BAND["alpha"]) * below + BAND["alpha"] * ink
                for below, ink in zip(background, channels(text), strict=True)
            ]
            assert contrast(channels(SEEN), background) >= 3
            assert contrast(channels(OTHER), background) >= 3
            assert contrast(channels(SEEN), band) >= 3


class TestDrawn:
    """What lies on the figure is what stands in the frame."""

    def test_bars_of_the_pyramid_have_the_area_of_their_residents(
        self, frames: dict[str, pd.DataFrame]
    ) -> None:
        frame = frames["population_pyramid"]
        widths = [band.last_age - band.first_age + 1 for band in AGE_BANDS]
        for axes, gender in zip(drawn("population_pyramid", frame).axes, ("Female", "Male"), strict=True):
            residents = frame[(frame["year"] == 2025) & (frame["gender"] == gender)].set_index("age_group")
            bars = [bar.get_width() * width for bar, width in zip(axes.patches, widths, strict=False)]
            assert bars == pytest.approx(residents["residents"].reindex(AGE_GROUPS).tolist())
            outline = axes.patches[-1].get_data()
            later = frame[(frame["year"] == 2034) & (frame["gender"] == gender)].set_index("age_group")
            assert (outline.values * np.diff(outline.edges)).tolist() == pytest.approx(
                later["residents"].reindex(AGE_GROUPS).tolist()
            )

    def test_sites_have_a_bar_a_dot_and_a_stroke(self, frames: dict[str, pd.DataFrame]) -> None:
        frame = frames["projected_and_generated"]
        (axes,) = drawn("projected_and_generated", frame).axes
        assert [bar.get_width() for bar in axes.patches] == frame["projected_visits"].tolist()
        dots, strokes = axes.lines
        assert list(dots.get_xdata()) == frame["generated_visits"].tolist()
        assert list(strokes.get_xdata()) == frame["visits_at_the_site"].tolist()
        assert [label.get_text() for label in axes.get_yticklabels()] == frame["site"].tolist()
        first, last = axes.transData.transform([(0, 0), (0, 11)])[:, 1]
        assert first > last

    def test_sites_have_a_bar_of_the_first_year_a_dot_and_a_line_of_the_last(
        self, frames: dict[str, pd.DataFrame]
    ) -> None:
        frame = frames["projected_by_site"]
        (axes,) = drawn("projected_by_site", frame).axes
        of_last_year = frame[frame["year"] == 2034].groupby("site", sort=False)["projected_visits"]
        baseline = frame[frame["scenario"] == frame["scenario"].iloc[0]]
        first, last = (baseline[baseline["year"] == year]["projected_visits"] for year in (2025, 2034))
        assert [bar.get_width() for bar in axes.patches] == first.tolist()
        assert list(axes.lines[0].get_xdata()) == last.tolist()
        ends = [segment[:, 0].tolist() for segment in axes.collections[0].get_segments()]
        assert ends == of_last_year.agg(["min", "max"]).to_numpy().tolist()

    def test_an_hour_is_the_fuller_the_more_come(self, frames: dict[str, pd.DataFrame]) -> None:
        frame = frames["arrivals_by_hour_and_weekday"]
        maps = drawn("arrivals_by_hour_and_weekday", frame).axes[: len(ED_SUBSERVICES)]
        opacities, shares = [], []
        for axes, (_, own) in zip(maps, frame.groupby("ed_subservice"), strict=True):
            some = own[own["visits"] > 0]
            squares = axes.collections[0]
            corners = [path.vertices.min(axis=0) for path in squares.get_paths()]
            weekdays = list(calendar.day_name)
            expected = [
                (hour, weekdays.index(day)) for day, hour in zip(some["weekday"], some["hour"], strict=True)
            ]
            assert np.floor(corners).tolist() == [list(map(float, cell)) for cell in expected]
            opacities += squares.get_facecolor()[:, 3].tolist()
            shares += some["share_of_week_pct"].tolist()
        # One scale for all, so that the subservices can be compared.
        assert np.corrcoef(opacities, shares)[0, 1] == pytest.approx(1)
        assert max(opacities) == pytest.approx(1)

    def test_weeks_are_dots_about_a_line(self, frames: dict[str, pd.DataFrame]) -> None:
        frame = frames["seasonality"]
        for axes, (_, own) in zip(
            drawn("seasonality", frame).axes, frame.groupby("ed_subservice"), strict=True
        ):
            line, dots = axes.lines
            assert list(line.get_ydata()) == own["expected_per_day"].tolist()
            assert list(dots.get_ydata()) == own["visits_per_day"].tolist()
            assert list(dots.get_xdata()) == [7 * week + 3.5 for week in range(52)]

    def test_numbers_of_visits_have_a_dot_where_there_are_patients(
        self, frames: dict[str, pd.DataFrame]
    ) -> None:
        frame = frames["visits_per_patient"].copy()
        frame.loc[5, ["patients", "expected_patients"]] = [0, 0.1]
        (axes,) = drawn("visits_per_patient", frame).axes
        some = [number for number in range(10) if frame["patients"][number]]
        assert 5 not in some
        assert axes.lines[0].get_xydata().tolist() == [[number, frame["patients"][number]] for number in some]
        expected = [segment[0, 1] for segment in axes.collections[0].get_segments()]
        # A log scale has no room for less than half a patient.
        assert expected == [number for number in frame["expected_patients"] if number >= 0.5]
        assert 3 < len(expected) < 10

    def test_subprograms_have_their_median_and_the_middle_half(self, frames: dict[str, pd.DataFrame]) -> None:
        frame = frames["los_by_subprogram"]
        (axes,) = drawn("los_by_subprogram", frame).axes
        assert list(axes.lines[0].get_xdata()) == frame["median_days"].tolist()
        ends = [segment[:, 0].tolist() for segment in axes.collections[0].get_segments()]
        assert ends == frame[["lower_quartile_days", "upper_quartile_days"]].to_numpy().tolist()
        bands = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
        assert np.array(bands) == pytest.approx(frame[["low_days", "high_days"]].to_numpy())

    def test_acuities_have_the_share_that_is_observed_and_the_one_that_is_expected(
        self, frames: dict[str, pd.DataFrame]
    ) -> None:
        frame = frames["acuity_and_disposition"]
        (axes,) = drawn("acuity_and_disposition", frame).axes
        assert [text.get_text() for text in axes.texts] == [
            f"{row.share_pct:.1f} ({row.expected_share_pct:.1f})" for row in frame.itertuples()
        ]

    def test_ends_of_ed_visits_have_their_median_and_the_middle_half(
        self, frames: dict[str, pd.DataFrame]
    ) -> None:
        frame = frames["ed_length_of_stay"]
        (axes,) = drawn("ed_length_of_stay", frame).axes
        assert list(axes.lines[0].get_xdata()) == frame["median_hours"].tolist()
        ends = [segment[:, 0].tolist() for segment in axes.collections[0].get_segments()]
        assert ends == frame[["lower_quartile_hours", "upper_quartile_hours"]].to_numpy().tolist()
        bands = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
        assert np.array(bands) == pytest.approx(frame[["low_hours", "high_hours"]].to_numpy())

    def test_the_census_is_a_line_for_beds_and_one_for_alc(self, frames: dict[str, pd.DataFrame]) -> None:
        frame = frames["census"]
        (axes,) = drawn("census", frame).axes
        assert [list(line.get_ydata()) for line in axes.lines] == [
            frame["patients"].tolist(),
            frame["in_alc"].tolist(),
        ]
        (bar,) = axes.patches
        assert bar.get_height() == frame["expected_patients"][0]

    def test_programs_have_their_share_of_alc_and_what_the_gate_allows(
        self, frames: dict[str, pd.DataFrame]
    ) -> None:
        frame = frames["alc_by_program"]
        (axes,) = drawn("alc_by_program", frame).axes
        assert list(axes.lines[0].get_xdata()) == frame["with_alc_pct"].tolist()
        bands = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
        assert np.array(bands) == pytest.approx(frame[["low_pct", "high_pct"]].to_numpy())

    def test_flows_stand_in_the_row_of_their_area_and_the_column_of_their_site(
        self, frames: dict[str, pd.DataFrame]
    ) -> None:
        frame = frames["flows"]
        (axes,) = drawn("flows", frame).axes
        areas, sites = (
            [label.get_text() for label in labels]
            for labels in (axes.get_yticklabels(), axes.get_xticklabels())
        )
        written = {
            (areas[int(text.get_position()[1])], sites[int(text.get_position()[0])]): text.get_text()
            for text in axes.texts
        }
        shown = frame[frame["share_pct"] >= 0.05]
        assert written == {(row.area, row.site): f"{row.share_pct:.1f}" for row in shown.itertuples()}
        corners = [path.vertices.min(axis=0) for path in axes.collections[0].get_paths()]
        squares = {(areas[int(row)], sites[int(column)]) for column, row in corners}
        assert squares == {(row.area, row.site) for row in frame.itertuples() if row.patients}
        # Areas and their own sites lie on the diagonal.
        own = frame[frame["is_default"]].drop_duplicates("site")["site"].tolist()
        assert sites[: len(own)] == own

    def test_of_many_subprograms_those_with_most_stays(self, frames: dict[str, pd.DataFrame]) -> None:
        many = pd.concat([frames["los_by_subprogram"]] * 4, ignore_index=True)
        many["subprogram"] = [f"Ward {number}" for number in range(len(many))]
        many["stays"] = 1 + np.arange(len(many))
        (axes,) = drawn("los_by_subprogram", many).axes
        names = [label.get_text() for label in axes.get_yticklabels()]
        assert names == many["subprogram"].tolist()[-40:]
        assert axes.get_xlabel().endswith(f"; {len(many) - 40} smaller subprograms not drawn")


class TestAnyData:
    @pytest.mark.parametrize("patients", [1, 3, 200])
    def test_few_patients(self, region: Region, patients: int) -> None:
        few = region.with_run(patients=patients)
        draw_all(make_tables(few), few)

    def test_one_year(self, region: Region) -> None:
        one = region.with_run(patients=200, years=1)
        drawn = draw_all(make_tables(one), one)["population_pyramid"]
        assert "2025: 2,400,000 residents" in texts(drawn)
        assert "change" not in texts(drawn)

    def test_nothing(self, tables: Tables, region: Region) -> None:
        nothing = {name: table.iloc[:0] for name, table in tables.items()}
        for picture in PICTURES:
            frame = picture.measure(nothing, region)
            assert frame.empty
            said = f"Nothing to show: {picture.table} has no rows of this kind."
            assert picture.describe(frame) == said
            assert texts(svg(picture, frame)) == [said]
            assert Image.open(io.BytesIO(png(picture, frame))).width == 900

    @pytest.mark.parametrize(
        "table",
        ["patients", "population_projection", "ed_baseline_rates", "dim_lha", "dim_site", "dim_scenario"],
    )
    def test_only_what_a_picture_reads_is_empty(self, tables: Tables, region: Region, table: str) -> None:
        for picture in PICTURES:
            if table in picture.reads:
                frame = picture.measure(tables | {table: tables[table].iloc[:0]}, region)
                png(picture, frame)
                svg(picture, frame)
                assert picture.describe(frame)

    def test_a_subservice_without_visits(self, tables: Tables, region: Region) -> None:
        visits = tables["ed_encounters"]
        drawn = draw_all(
            tables | {"ed_encounters": visits[visits["ed_subservice"] != "Pediatric ED"]}, region
        )
        assert "Pediatric ED: 0 visits" in texts(drawn["arrivals_by_hour_and_weekday"])

    def test_visits_of_another_year(self, tables: Tables, region: Region) -> None:
        late = tables["ed_encounters"].copy()
        late["arrival_ts"] += pd.Timedelta(days=400)
        draw_all(tables | {"ed_encounters": late}, region)

    def test_one_site_and_one_area(self, region: Region) -> None:
        lha = region.lhas["Riverbend"].model_dump()
        one = Region.model_validate(
            region.model_dump(by_alias=True)
            | {
                "run": region.run.model_dump() | {"patients": 300},
                "sites": {"A": {"name": "A", "type": "small", "refers_to": [], "transfers_to": {}}},
                "lhas": {"One": lha | {"default_site": "A", "leaves_pct": 0.0, "goes_to": {}}},
                "coverage_matrix": {
                    program: {name: {"A": True} for name in offered}
                    for program, offered in region.coverage_matrix.items()
                },
            }
        )
        draw_all(make_tables(one), one)

    def test_many_sites_and_subprograms_with_long_and_odd_names(self, tables: Tables, region: Region) -> None:
        names = [f"{number} {ODD * 5}"[:128] for number in range(60)]
        medicine = region.programs["Medicine"]
        usual = medicine.subprograms["General Medicine"]
        many = retuned(
            region,
            {
                "programs": {"Medicine": {"subprograms": {name: usual.model_dump() for name in names}}},
                "coverage_matrix": {"Medicine": {name: dict.fromkeys(region.sites, True) for name in names}},
            },
        )
        keys = 101 + (tables["ip_stays"]["stay_id"] % 63).astype("int32")
        sites = pd.DataFrame({"site_id": range(1, 61), "site_name": ["W" * 128, *names[1:]]})
        drawn = draw_all(
            tables | {"ip_stays": tables["ip_stays"].assign(subprogram_key=keys), "dim_site": sites}, many
        )
        stays = texts(drawn["los_by_subprogram"])
        assert any(text.endswith("; 23 smaller subprograms not drawn") for text in stays)
        assert sum(text.startswith("1") and text.endswith("…") for text in stays)
        assert any("$x_1^2$ & <b>" in text for text in stays)
        assert any(re.fullmatch("W+…", text) for text in texts(drawn["projected_and_generated"]))
        for drawing in drawn.values():
            assert len(drawing.encode()) < 120_000

    def test_subprograms_of_the_same_name_are_told_apart(self, tables: Tables, region: Region) -> None:
        frame = BY_NAME["los_by_subprogram"].measure(tables, region)
        frame["subprogram"] = ["Ward", "Ward", *frame["subprogram"][2:]]
        shown = texts(svg(BY_NAME["los_by_subprogram"], frame))
        assert {f"{program}: Ward" for program in frame["program"][:2]} <= set(shown)
        assert frame["subprogram"][2] in shown


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("population_pyramid", lambda tables: "2025: 2,400,000 residents"),
        ("projected_and_generated", lambda tables: "Bear Creek Hospital"),
        (
            "arrivals_by_hour_and_weekday",
            lambda tables: (
                f"Adult ED: {(tables['ed_encounters']['ed_subservice'] == 'Adult ED').sum():,} visits"
            ),
        ),
        ("seasonality", lambda tables: "weeks of 2025"),
        ("visits_per_patient", lambda tables: f"{(tables['patients']['ed_visits_year'] == 0).sum():,}"),
        ("los_by_subprogram", lambda tables: "expected median ± 15%"),
        ("projected_by_scenario", lambda tables: tables["dim_scenario"]["scenario_name"].iloc[0]),
    ],
)
def test_numbers_and_names_stand_in_the_picture(
    name: str, said: Callable[[Tables], str], tables: Tables, svgs: dict[str, str]
) -> None:
    assert said(tables) in texts(svgs[name])
