"""No real hospital, health authority or health area of British Columbia is named in data or configuration.

The list of real names lives here and nowhere else.
"""

import re
from pathlib import Path

import pandas as pd
import pytest

from lm_synth_assets.region.files import CONFIG_FOLDER
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.csv import CsvStore

HOSPITALS = """
Abbotsford Regional; BC Children's; BC Women's; Bella Coola General; Burnaby Hospital; Burnaby General;
Campbell River; Chilliwack General; Cowichan District; Delta Hospital; Eagle Ridge; Fellburn; Fraser Canyon;
G F Strong; GF Strong; Holy Family Hospital; Jim Pattison; Joseph Brant; Kelowna General; Langley Memorial;
Lions Gate; Mission Memorial; Mount Saint Joseph; Mount St. Joseph; Mount St Joseph; Nanaimo Regional;
Peace Arch; Pemberton; Powell River; qathet; Queen's Park; Queens Park; R.W. Large; RW Large;
Richmond Hospital; Ridge Meadows; Royal Columbian; Royal Inland; Royal Jubilee; Saint Joseph's;
Sechelt; shishalh; Squamish; St. Mary's; St. Paul's; St Pauls; Saint Paul's; Surrey Memorial;
UBC Hospital; University Hospital; Vancouver General; VGH; Victoria General; Whistler
"""

AREAS = """
Abbotsford; Agassiz; Anmore; Belcarra; Bowen Island; Burnaby; Central Coast; Chilliwack; Coquitlam; Delta;
Downtown Eastside; Fort Langley; Fraser; Fraser Valley; Greater Vancouver; Harrison; Hope; Howe Sound;
Kent; Kitsilano; Ladner; Langley; Lions Bay; Maple Ridge; Metro Vancouver; Midtown; Mission; New Westminster;
Newton; North Shore; North Vancouver; Pitt Meadows; Port Coquitlam; Port Moody; Richmond; Sea to Sky;
Steveston; Sunshine Coast; Surrey; Tri-Cities; Tsawwassen; Vancouver; West Vancouver; White Rock
"""

AUTHORITIES = """
Fraser Health; Interior Health; Island Health; Northern Health; Providence Health; First Nations Health;
Provincial Health Services; PHSA; Vancouver Coastal; VCH
"""


def listed(names: str) -> list[str]:
    return [" ".join(name.split()) for name in names.split(";")]


REAL = [name for names in (HOSPITALS, AREAS, AUTHORITIES) for name in listed(names)]
# Between words: "North Shoreline" is not the North Shore.
REAL_NAME = re.compile(rf"\b({'|'.join(map(re.escape, REAL))})\b", re.IGNORECASE)


def real_names(text: str) -> list[str]:
    return REAL_NAME.findall(text)


@pytest.mark.parametrize("name", ["Vancouver", "st. paul's", "Surrey  Memorial Hospital", "PHSA"])
def test_the_list_finds_a_real_name(name: str) -> None:
    assert real_names(f"an area called {' '.join(name.split())}, say")


@pytest.mark.parametrize("table", TABLES)
def test_no_table_names_a_real_place(tiny: Path, table: str) -> None:
    frame = CsvStore(tiny).read(TABLES[table])
    words = frame.select_dtypes(include=["string", "category"])
    values = pd.concat(
        [words[column].astype("string").drop_duplicates() for column in words] or [pd.Series()]
    )
    assert real_names("\n".join(values.dropna())) == []
    assert real_names("\n".join([table, *frame.columns])) == []


@pytest.mark.parametrize("file", sorted(CONFIG_FOLDER.iterdir()), ids=lambda file: file.name)
def test_no_configuration_names_a_real_place(file: Path) -> None:
    assert real_names(file.read_text(encoding="utf-8")) == []
