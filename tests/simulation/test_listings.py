"""A user's own listings: what can be read, what is left out, and one line for what cannot be used."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from simulation import Config, ConfigError
from simulation.chance import Chance
from simulation.opening import listings_file
from simulation.opening.listings_file import BUILT_IN, ListingsFile, choose_listings, load_source, read_listings
from tests.simulation.faults import FAULTS, damaged

HEADER = "category,city,price_idr,rating,units_sold,reviews"
GOOD = ["Toys,Bandung,25000,4.8,300,40", "Toys,Medan,40000,4.5,120,9", "Food,Jakarta,15000,4.9,900,70"]


def written(folder: Path, *lines: str) -> str:
    """The path of a file with these lines."""
    path = folder / "listings.csv"
    path.write_text("\n".join(lines) + "\n" if lines else "")
    return str(path)


def usable(path: str, rate: float = 15_000.0, **settings: object) -> tuple[ListingsFile, dict[str, int]]:
    """The listings of a file that can be used, and what is left out."""
    market = Config.read({"market": {"listings": path, **settings}}).market
    return read_listings(load_source(market), market, rate)


def refusal(path: str, **settings: object) -> str:
    """The one line that refuses a file."""
    with pytest.raises(ConfigError) as refused:
        usable(path, **settings)
    message = str(refused.value)
    assert "\n" not in message
    assert message.startswith("market.listings")
    return message


def test_listings_are_read_as_they_stand(tmp_path: Path) -> None:
    listings, left_out = usable(written(tmp_path, HEADER, *GOOD))
    assert listings.categories == ("Food", "Toys")
    assert [listings.categories[c] for c in listings.category] == ["Toys", "Toys", "Food"]
    assert listings.number.tolist() == [0, 1, 0]
    assert listings.price.tolist() == [25_000, 40_000, 15_000]
    assert listings.rating.tolist() == [4.8, 4.5, 4.9]
    assert listings.units.tolist() == [300, 120, 900]
    assert left_out == {}


def test_a_byte_order_mark_and_more_columns_do_no_harm(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffcategory,price_idr,rating,units_sold,note", "Toys,25000,4.8,300,new")
    assert usable(path)[0].price.tolist() == [25_000]


def test_what_a_social_shop_does_not_sell_is_left_out_and_counted(tmp_path: Path) -> None:
    extra = [
        "Property,X,90000,5,3,1",
        "Toys,X,999,5,3,1",
        "Toys,X,9000,5,1000000,1",
        "Food,X,1000,5,999999,1",
    ]
    listings, left_out = usable(written(tmp_path, HEADER, *GOOD, *extra))
    assert listings.price.size == 4
    assert sorted(left_out.values()) == [1, 1, 1]
    assert {reason.split(":")[0].split("(")[0].strip() for reason in left_out} == {
        "a category that a social shop does not sell",
        "priced under Rp 1,000",
        "1,000,000 units or more",
    }


def test_the_listings_that_come_with_etalase_are_all_counted() -> None:
    listings, left_out = read_listings(None)
    with BUILT_IN.open(newline="") as file:
        assert listings.price.size + sum(left_out.values()) == len(list(csv.DictReader(file)))


BAD = {
    "an empty file": ([], "this one is empty"),
    "only a header": ([HEADER], "this one is empty"),
    "a missing column": (["category,price_idr,rating", "Toys,1,1"], "missing: units_sold"),
    "a negative price": ([HEADER, *GOOD, "Toys,X,-25000,4.8,300,4"], "price_idr a number above 0"),
    "a price that is NaN": ([HEADER, "Toys,X,nan,4.8,300,4"], "(left out: 1 without a price)"),
    "an infinite price": ([HEADER, "Toys,X,inf,4.8,300,4"], "(line 2 has 'inf'"),
    "a price beyond floats": ([HEADER, f"Toys,X,{'9' * 400},4.8,300,4"], "(line 2 has '9999"),
    "a price in words": ([HEADER, "Toys,X,cheap,4.8,300,4"], "(line 2 has 'cheap'"),
    "an underscore": ([HEADER, "Toys,X,25_000,4.8,300,4"], "(line 2 has '25_000'"),
    "negative units": ([HEADER, *GOOD, "Toys,X,25000,4.8,-3,4"], "units_sold a number above 0 in every row (line 5"),
    "no units at all": ([HEADER, "Toys,X,25000,4.8,,4"], "(left out: 1 no units sold)"),
    "a short line": ([HEADER, *GOOD, "Toys,X,25000"], "as in its header, 6 (line 5 has 3)"),
    "a long line": ([HEADER, *GOOD, "Toys,X,25000,4,8,300,4"], "as in its header, 6 (line 5 has 7)"),
    "a rating of 48": ([HEADER, "Toys,X,25000,48,300,4"], "rating of 0 to 5 stars in every row (line 2 has '48')"),
    "a header twice": ([HEADER + ",Rating", "Toys,X,25000,4,300,4,5"], "its header has 'rating' twice"),
    "a price of 1e15": (
        [HEADER, *GOOD, "Toys,X,1e15,4.8,300,4"],
        "at most Rp 1,000,000,000 (line 5 has 1,000,000,000,000,000)",
    ),
    "a price just above the highest": ([HEADER, *GOOD, "Toys,X,1000000001,4.8,3,4"], "(line 5 has 1,000,000,001)"),
    "prices in dollars": ([HEADER, *[f"Toys,X,{k}.5,4.8,30,4" for k in range(1, 12)]], "market.listings_currency=USD"),
    "prices of Shopee's interface": ([HEADER, "Toys,X,1250000000,4.8,30,4"], "in 1/100,000 of a rupiah; divide them"),
    "an open quote": ([HEADER, *GOOD, 'Toys,"X,25000,4,300,4'], "(line 5: a quote opens there and does not end)"),
    "text behind a quote": ([HEADER, *GOOD, 'Toys,"X"Y,25000,4,300,4'], "(line 5: "),
    "nothing to sell": (
        [HEADER, "Property,X,90000,5,3,1"],
        "at least one listing that a social shop can sell",
    ),
}


@pytest.mark.parametrize(("lines", "why"), BAD.values(), ids=list(BAD))
def test_what_cannot_be_used_is_refused_in_one_line(tmp_path: Path, lines: list[str], why: str) -> None:
    path = written(tmp_path, *lines)
    message = refusal(path)
    assert message.startswith(f"market.listings: got {path}; it may be a CSV file")
    assert why in message


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", b"\x89PNG\r\n\x1a\n" + bytes(100), b"\xff\xfe\0\0a\0\0\0"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    assert "comma-separated" in refusal(str(path)) or "UTF-8" in refusal(str(path))


def test_a_file_that_is_not_there_is_refused_before_anything_runs(tmp_path: Path) -> None:
    assert "No such file" in refusal(str(tmp_path / "nowhere.csv"))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "readable" in refusal(str(tmp_path))


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "a\0b"])
def test_what_has_no_end_or_is_no_path_is_refused(path: str) -> None:
    assert "a readable CSV file" in refusal(path)


def test_a_file_beyond_memory_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(listings_file.MOST_BYTES + 1)
    assert "over 1,000,000,000 bytes" in refusal(str(path))


def chosen(smes: int) -> tuple[ListingsFile, str]:
    """SMEs out of the listings that come with Etalase."""
    return choose_listings(read_listings(None)[0], smes, Chance(1))


def test_fewer_smes_are_a_sample_in_which_nobody_comes_twice() -> None:
    listings, how = chosen(200)
    assert len({(int(c), int(n)) for c, n in zip(listings.category, listings.number, strict=True)}) == 200
    assert "200 of" in how
    assert "sampled at random" in how


def test_a_smaller_sample_is_part_of_a_larger_one() -> None:
    few, many = ({*zip(lst.category, lst.number, strict=True)} for lst, _ in (chosen(50), chosen(300)))
    assert few < many


def test_more_smes_are_resampled_within_categories_and_jittered() -> None:
    """Every listing stays; the others have ids of their own, and prices and units near a listing's."""
    read = read_listings(None)[0]
    there = read.price.size
    grown, how = chosen(3 * there)
    assert f"{2 * there} resampled within category" in how
    assert np.array_equal(grown.price[:there], read.price)
    assert len({(int(c), int(n)) for c, n in zip(grown.category, grown.number, strict=True)}) == 3 * there
    assert np.array_equal(np.bincount(grown.category), 3 * np.bincount(read.category))
    jitter = np.sort(grown.price[there:]) / np.sort(np.tile(read.price, 2))
    assert 0.9 < np.median(jitter) < 1.1
    assert not np.isin(grown.price[there:], read.price).any()
    assert (grown.price > 0).all()
    assert (grown.units > 0).all()


# ---- how people write tables


TABLE = [
    ["Category", " Price IDR", "RATING ", "Units_Sold"],
    ["Toys", "25000", "4.8", "300"],
    ["Food", "15000", "4.9", "900"],
]
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("said", ["", "sep={}\r\n", '"sep={}"\n'])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_encodings_are_recognised(
    tmp_path: Path, separator: str, said: str, encoding: str, end: str
) -> None:
    path = tmp_path / "t.csv"
    text = said.format(separator) + "".join(separator.join(row) + end for row in TABLE)
    path.write_bytes(text.encode(encoding))
    listings, left_out = usable(str(path))
    assert (listings.price.tolist(), listings.categories, left_out) == ([25_000, 15_000], ("Food", "Toys"), {})


def test_a_header_of_other_columns_is_named_as_the_cause(tmp_path: Path) -> None:
    message = refusal(written(tmp_path, "nama;harga;terjual", "a;5000;3"))
    assert "missing: category, price_idr, rating, units_sold; its header has: nama, harga, terjual" in message


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (["Toys,1,25000,4.8,300,40", "", "", "Toys,1,x,4.8,300,4"], 5),
        (['Toys,"a\nb\nc",25000,4.8,300,40', "Toys,1,x,4.8,300,4"], 5),
        (['Toys,"a\nb",25000,4.8,300,40', ",,,,,", 'Toys,"1\n2",x,4.8,300,4'], 5),
        (["Toys,1,x,4.8,300,4"], 2),
    ],
)
@pytest.mark.parametrize("first", [[], ["sep=,"], ["", ""]])
def test_lines_are_counted_as_an_editor_counts(tmp_path: Path, rows: list[str], line: int, first: list[str]) -> None:
    assert f"(line {line + len(first)} has 'x'" in refusal(written(tmp_path, *first, HEADER, *rows))


def test_a_cell_of_any_length_is_read(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    listings, _ = usable(written(tmp_path, HEADER, f"Toys,{'x' * 200_000},25000,4.8,300,40", *GOOD))
    assert listings.price.size == 4
    assert csv.field_size_limit() == before
    assert "missing: rating, units_sold" in refusal(written(tmp_path, "category,price_idr", f'"{"x" * 200_000}",1'))


def test_one_row_without_a_figure_does_not_refuse_a_file(tmp_path: Path) -> None:
    bad = ["Toys,X,25000,4.8,0,0", "Toys,X,25000,,30,0", "Toys,X,25000,-,30,0", "Toys,X,25000,0,30,0", " ,X,9000,5,1,1"]
    empty = ["Toys,X,,4.8,30,0", "Toys,X,0,4.8,30,0", "Toys,X,25000,4.8,NaN,0"]
    listings, left_out = usable(written(tmp_path, HEADER, *bad, *GOOD, *empty))
    assert listings.number.tolist() == [0, 1, 0]
    assert left_out == {
        "no units sold": 2,
        "without a rating": 3,
        "without a category": 1,
        "without a price": 1,
        "priced under Rp 1,000: a placeholder": 1,
    }


# ---- numbers


@pytest.mark.parametrize(
    ("price", "units", "why"),
    [
        (
            "25000",
            "1.150",
            "line 2 has '1.150': it may be 1150 or a decimal: write 1150, or give market.listings_format=id",
        ),
        ("25.000", "665", "line 2 has '25.000': it may be 25000"),
        ('"1,250,000"', "665", "it may be 1250000"),
        ("25000", "1.15", "a count is whole"),
        ("Rp25.000", "665", "line 2 has 'Rp25.000': write a plain number, as 12500, or give market.listings_format=id"),
        ("25000", '"1,2rb terjual"', "market.listings_format=id"),
        ("25000", "10rb+", "market.listings_format=id"),
        ("$12.50", "10", "market.listings_currency=USD"),
        ("12 500", "10", "write a plain number, as 12500)"),
    ],
)
def test_what_a_person_reads_otherwise_is_refused(tmp_path: Path, price: str, units: str, why: str) -> None:
    assert why in refusal(written(tmp_path, HEADER, f"Toys,X,{price},4.8,{units},4", *GOOD))


def test_a_rating_with_a_comma_asks_for_the_format(tmp_path: Path) -> None:
    assert "market.listings_format=id" in refusal(written(tmp_path, HEADER, 'Toys,X,9000,"4,8",3,1'))


@pytest.mark.parametrize(
    ("price", "rating", "units", "read"),
    [
        ("Rp12.500", "4,8", "1,2rb terjual", (12_500, 4.8, 1_200)),
        ("Rp 1.250.000", "5,0", "10rb+", (1_250_000, 5.0, 10_000)),
        ("12500", "4.875", "665", (12_500, 4.875, 665)),
        ("rp12.500,00", "4", "1.150", (12_500, 4.0, 1_150)),
        ("IDR 12.500", "4,5", "Terjual 250+", (12_500, 4.5, 250)),
        ("1,5jt", "4,5", "2 rb+ terjual", (1_500_000, 4.5, 2_000)),
        ("Rp\u00a012.500", "4,5", "750 terjual", (12_500, 4.5, 750)),
    ],
)
def test_indonesian_numbers(tmp_path: Path, price: str, rating: str, units: str, read: tuple[float, ...]) -> None:
    path = written(tmp_path, "category;price_idr;rating;units_sold", f"Toys;{price};{rating};{units}")
    listings, _ = usable(path, listings_format="id")
    assert (listings.price[0], listings.rating[0], listings.units[0]) == pytest.approx(read, rel=1e-12)


@pytest.mark.parametrize("price", ["12.5", "12.50.000", "1.2500", "Rp10.000 - Rp15.000", "$5", "1e5", "mahal"])
def test_what_is_no_indonesian_number_is_refused(tmp_path: Path, price: str) -> None:
    path = written(tmp_path, "category;price_idr;rating;units_sold", f"Toys;{price};4,5;3")
    assert f"line 2 has {price!r}: with market.listings_format=id write it as" in refusal(path, listings_format="id")


def test_dollars_are_converted(tmp_path: Path) -> None:
    path = written(tmp_path, "category,price,rating,units_sold", "Toys,12.50,4.8,300", "Food,3,4.5,20")
    listings, _ = usable(path, rate=16_000.0, listings_currency="USD")
    assert listings.price.tolist() == [200_000, 48_000]


# ---- raw exports, in the layouts that scrapers and spreadsheets write; the rows are invented

FIXTURES = Path(__file__).parent / "fixtures"
READ: dict[str, tuple[dict[str, str], list[float], list[float], list[float], int]] = {
    "tokopedia_scraper.csv": (
        {"listings_format": "id"},
        [12_500, 189_000, 24_900, 18_000],
        [4.9, 4.8, 4.9, 4.7],
        [1_200, 250, 10_000, 80],
        2,
    ),
    "excel_semicolon.csv": (
        {"listings_format": "id"},
        [12_500, 24_900, 18_000],
        [4.9, 4.95, 4.7],
        [1_243, 10_320, 80],
        0,
    ),
    "excel_unicode_text.txt": ({}, [12_500, 24_900, 18_000], [4.9, 4.95, 4.7], [1_243, 10_320, 80], 0),
    "pandas_export.csv": ({}, [12_500, 189_000, 24_900], [4.9, 4.8, 4.95], [1_243, 250, 10_320], 3),
    "dollar_scraper.csv": (
        {"listings_currency": "USD"},
        [34_900, 129_900, 16_900],
        [4.9, 4.8, 4.95],
        [1_243, 250, 10_320],
        1,
    ),
}
REFUSED = {
    "tokopedia_scraper.csv": "(line 2 has 'Rp12.500': write a plain number, as 12500, or give market.listings_for",
    "shopee_interface.csv": "some exports count in 1/100,000 of a rupiah; divide them",
    "excel_semicolon.csv": "(line 3 has '12.500': it may be 12500 or a decimal: write 12500, or give market.listings_",
    "dollar_scraper.csv": "for dollars give market.listings_currency=USD",
    "seller_report.csv": "missing: category, price_idr, rating, units_sold; its header has: kategori, harga, penilaian",
    "seller_report_cp1252.csv": "text in UTF-8 or UTF-16 (line 3 is neither): save it as 'CSV UTF-8'",
}


@pytest.mark.parametrize("name", READ)
def test_raw_exports_are_read_as_a_person_reads_them(name: str) -> None:
    settings, price, stars, units, out = READ[name]
    listings, left_out = usable(str(FIXTURES / name), rate=10_000.0, **settings)
    assert listings.price.tolist() == pytest.approx(price, rel=1e-12)
    assert listings.rating.tolist() == stars
    assert listings.units.tolist() == units
    assert sum(left_out.values()) == out


@pytest.mark.parametrize("name", REFUSED)
def test_raw_exports_are_refused_with_what_to_do(name: str) -> None:
    assert REFUSED[name] in refusal(str(FIXTURES / name))


def test_no_damaged_export_ends_in_a_traceback(tmp_path: Path, counted: Callable[..., None]) -> None:
    """Files cut, flipped and replaced at random are read or refused in one line."""
    chance, path, told = random.Random(17), tmp_path / "damaged.csv", list[str]()
    for turn in range(FAULTS):
        name = chance.choice(sorted({*READ, *REFUSED}))
        path.write_bytes(damaged((FIXTURES / name).read_bytes(), chance))
        try:
            listings, _ = usable(str(path), listings_format=("plain", "id")[turn % 2])
        except ConfigError as error:
            told.append(str(error))
        else:
            assert np.isfinite([listings.price, listings.rating, listings.units]).all()
            assert (listings.price >= 1_000).all()
            assert ((listings.rating > 0) & (listings.rating <= 5)).all()
            assert (listings.units > 0).all()
    counted("spoilt files of listings", files=FAULTS, refused=len(told), tracebacks=0)  # or it had ended above
    assert 0 < len(told) < FAULTS
    assert not any("\n" in line for line in told)


# ---- categories


@pytest.mark.parametrize(
    "name", ["Logam Mulia", "precious metal", "PRECIOUS  METALS", "Properti", "Tour & Travel", "tur dan perjalanan",
             "Lainnya > Logam Mulia"]
)  # fmt: skip
def test_what_is_not_sold_is_known_in_both_languages(tmp_path: Path, name: str) -> None:
    listings, left_out = usable(written(tmp_path, HEADER, f"{name},X,90000,5,3,1", *GOOD))
    assert listings.categories == ("Food", "Toys")
    assert list(left_out.values()) == [1]


def test_categories_that_only_sound_alike_stay(tmp_path: Path) -> None:
    listings, left_out = usable(
        written(tmp_path, HEADER, "Travel Bags,X,90000,5,3,1", "Emas Kawin,X,90000,5,3,1", *GOOD)
    )
    assert (listings.price.size, left_out) == (5, {})


def test_letters_make_no_other_category(tmp_path: Path) -> None:
    listings, _ = usable(written(tmp_path, HEADER, *GOOD, "TOYS ,X,9000,5,3,1", "toys,X,9000,5,3,1"))
    assert listings.categories == ("Food", "Toys")
    assert listings.number.tolist() == [0, 1, 0, 2, 3]


def test_categories_can_be_renamed_and_left_out(tmp_path: Path) -> None:
    rows = ["Mainan Anak,X,9000,5,3,1", "Cincin Emas,X,9000,5,3,1"]
    path = written(tmp_path, HEADER, *GOOD, *rows)
    listings, left_out = usable(path, listings_categories="mainan anak=Toys; Cincin Emas=")
    assert listings.categories == ("Food", "Toys")
    assert listings.number.tolist() == [0, 1, 0, 2]
    assert left_out == {"left out by market.listings_categories": 1}


@pytest.mark.parametrize(
    ("mapping", "why"),
    [("Toy=Games", "did you mean Toys?"), ("Toys", "FROM=TO; FROM=TO"), ("=Toys", "FROM=TO"), ("a=b=c", "FROM=TO")],
)
def test_a_mapping_of_what_is_not_there_is_refused(tmp_path: Path, mapping: str, why: str) -> None:
    message = refusal(written(tmp_path, HEADER, *GOOD), listings_categories=mapping)
    assert message.startswith("market.listings_categories: got ")
    assert why in message


@pytest.mark.parametrize(
    "setting", [{"listings_format": "id"}, {"listings_currency": "USD"}, {"listings_categories": "a=b"}]
)
def test_how_a_file_is_read_is_said_of_a_file(setting: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"given beside market\.listings=FILE"):
        load_source(Config.read({"market": setting}).market)


# ---- the same bytes


def test_other_bytes_than_asked_for_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, *GOOD)
    sha256 = load_source(Config.read({"market": {"listings": path}}).market).sha256
    assert usable(path, listings_sha256=sha256)[0].price.size == 3
    written(tmp_path, HEADER, *GOOD, "Toys,X,9000,5,3,1")
    assert f"the file of SHA-256 {sha256}; this one has" in refusal(path, listings_sha256=sha256)


# ---- size


def test_a_category_is_numbered_as_counting_would() -> None:
    category = np.random.default_rng(1).integers(0, 50, 5_000)
    counted = [int(np.count_nonzero(category[:k] == c)) for k, c in enumerate(category)]
    assert listings_file._number_within(category).tolist() == counted


def test_three_times_the_rows_take_about_three_times_as_long(tmp_path: Path) -> None:
    def seconds(rows: int) -> float:
        path = written(tmp_path, HEADER, *(f"Toys {k % 40},X,{20_000 + k},4.8,{1 + k % 900},1" for k in range(rows)))
        source = load_source(Config.read({"market": {"listings": path}}).market)
        begin = time.process_time()
        read_listings(source)
        return time.process_time() - begin

    assert min(seconds(90_000) for _ in range(2)) < 5 * min(seconds(30_000) for _ in range(3))


def test_categories_beyond_any_marketplaces_are_dropped_where_nobody_is_chosen(tmp_path: Path) -> None:
    rows = [f"Own name {k},X,{20_000 + k},4.8,{1 + k % 900},1" for k in range(3_000)]
    listings, _ = usable(written(tmp_path, HEADER, *rows))
    few, _ = choose_listings(listings, 20, Chance(1))
    assert len(listings.categories) == 3_000
    assert sorted(few.category.tolist()) == list(range(20))
    assert [20_000 + int(few.categories[c].split()[-1]) for c in few.category] == few.price.tolist()


def test_unused_categories_of_a_marketplace_stay_and_with_them_all_numbers() -> None:
    listings = read_listings()[0]
    assert choose_listings(listings, 3, Chance(1))[0].categories == listings.categories
