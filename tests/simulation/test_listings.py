"""A user's own listings: what can be read, what is left out, and one line for what cannot be used."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from simulation import Config, ConfigError
from simulation.chance import Chance
from simulation.opening.calibration import check_listings
from simulation.opening.listings_file import BUILT_IN, ListingsFile, choose_listings, read_listings

HEADER = "category,city,price_idr,rating,units_sold,reviews"
GOOD = ["Toys,Bandung,25000,4.8,300,40", "Toys,Medan,40000,4.5,120,9", "Food,Jakarta,15000,4.9,900,70"]


def written(folder: Path, *lines: str) -> str:
    """The path of a file with these lines."""
    path = folder / "listings.csv"
    path.write_text("\n".join(lines) + "\n" if lines else "")
    return str(path)


def test_listings_are_read_as_they_stand(tmp_path: Path) -> None:
    listings, left_out = read_listings(written(tmp_path, HEADER, *GOOD))
    assert listings.categories == ("Food", "Toys")
    assert [listings.categories[c] for c in listings.category] == ["Toys", "Toys", "Food"]
    assert listings.number.tolist() == [0, 1, 0]
    assert listings.price.tolist() == [25_000, 40_000, 15_000]
    assert listings.rating.tolist() == [4.8, 4.5, 4.9]
    assert listings.units.tolist() == [300, 120, 900]
    assert left_out == {}


def test_a_byte_order_mark_and_more_columns_do_no_harm(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffcategory,price_idr,rating,units_sold,note", "Toys,25000,4.8,300,new")
    assert read_listings(path)[0].price.tolist() == [25_000]


def test_what_a_social_shop_does_not_sell_is_left_out_and_counted(tmp_path: Path) -> None:
    extra = [
        "Property,X,90000,5,3,1",
        "Toys,X,999,5,3,1",
        "Toys,X,9000,5,1000000,1",
        "Food,X,1000,5,999999,1",
    ]
    listings, left_out = read_listings(written(tmp_path, HEADER, *GOOD, *extra))
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
    "a price of zero": ([HEADER, *GOOD, "Toys,X,0,4.8,300,4"], "(line 5 has '0')"),
    "a price that is NaN": ([HEADER, "Toys,X,nan,4.8,300,4"], "(line 2 has 'nan')"),
    "an infinite price": ([HEADER, "Toys,X,inf,4.8,300,4"], "(line 2 has 'inf')"),
    "a price in words": ([HEADER, "Toys,X,cheap,4.8,300,4"], "(line 2 has 'cheap')"),
    "no units": ([HEADER, "Toys,X,25000,4.8,,4"], "units_sold a number above 0"),
    "a short line": ([HEADER, "Toys,X,25000"], "rating a number above 0"),
    "a rating of zero": ([HEADER, "Toys,X,25000,0,300,4"], "rating a number above 0"),
    "no category": ([HEADER, *GOOD, " ,X,25000,4.8,300,4"], "a category in every row (line 5 has none)"),
    "nothing to sell": (
        [HEADER, "Property,X,90000,5,3,1"],
        "at least one listing that a social shop can sell",
    ),
}


@pytest.mark.parametrize(("lines", "why"), BAD.values(), ids=list(BAD))
def test_what_cannot_be_used_is_refused_in_one_line(tmp_path: Path, lines: list[str], why: str) -> None:
    path = written(tmp_path, *lines)
    with pytest.raises(ConfigError) as refused:
        read_listings(path)
    assert refused.value.field == "market.listings"
    message = str(refused.value)
    assert message.startswith(f"market.listings: got {path}; it may be a CSV file")
    assert why in message
    assert "\n" not in message


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", b'category,price_idr\n"' + b"x" * 200_000])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"^market\.listings: got .*comma-separated"):
        read_listings(str(path))


def test_a_file_that_is_not_there_is_refused_before_anything_runs(tmp_path: Path) -> None:
    config = Config.read({"market": {"listings": str(tmp_path / "nowhere.csv")}})
    with pytest.raises(ConfigError, match=r"^market\.listings: got .*No such file"):
        check_listings(config.market)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^market\.listings"):
        read_listings(str(tmp_path))


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
