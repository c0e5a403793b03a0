"""What was published, where and when: facts that no run, configuration or target of ours changes.

A figure with several publications has the range that spans them. `basis` says what was published where the
value is our arithmetic: a rate over residents is a published count over a number of residents that we did not
look up.
"""

from typing import NamedTuple


class Publication(NamedTuple):
    """A published value or range (`low` to `high`, equal for a single value), for a place and a year."""

    low: float
    high: float
    place: str
    year: str
    sources: tuple[str, ...]
    basis: str = ""

    @property
    def text(self) -> str:
        """The value with its place, year, sources and basis."""
        value = f"{self.low:g}" if self.low == self.high else f"{self.low:g}-{self.high:g}"
        where = f"{self.place}, {self.year or 'year not recorded'}; {', '.join(self.sources)}"
        return f"{value} ({where})" + (f": {self.basis}" if self.basis else "")


SOURCES = {
    "S1": "BC's emergency visits 2018/19-2024/25, freedom-of-information totals as reported by "
    "mathelitebox.com, cfax1070.com (MEI 2025) and maplenewswire.ca",
    "S2": "Fraser Health release in thelinkpaper.ca, 3 June 2023",
    "S3": "vch.ca, About us, Quick facts (March 2016)",
    "S4": "Canadian Family Physician, table of ED use in Ontario 2008 (markup 27638)",
    "S5": "Provincial urgent and primary care report, April 2024 to March 2025, in ckpgtoday.ca, "
    "13 August 2025",
    "S6": "ICES, Emergency Department Services in Ontario 1993-2000, page 6",
    "S7": "Moe et al., CMAJ Open 2021;9(1):E134",
    "S8": "CTV News BC, 21 June 2023",
    "S24": "BMJ Quality and Safety, table of Canadian children's EDs (6,376 children)",
    "S25": "CIHI, Hospitalizations in Canada remained stable in 2023-2024",
    "S28": "Dawson et al., Healthcare Quarterly 2008;11(1) (CIHI 2005-06)",
    "S29": "J Public Health Policy 2024;45:771",
    "S36": "CADTH, environmental scan EH0126",
    "S37": "Yung, thesis, University of British Columbia (ALC in BC 2008-2019); CIHI 2021-22",
    "S38": "bccare.ca 2016",
    "S39": "Lavergne, IHSTS 2015",
    "S40": "BC hospital census, covidbc.webfoot.com, 12 January 2024",
}
"""The sources that figures cite, by id."""

HOSPITAL_ED_VISITS = (
    Publication(455, 455, "BC", "2024/25", ("S1",), "2,595,219 visits over about 5.7 million residents"),
    Publication(365, 365, "Fraser Health (BC)", "2023", ("S2",), "more than 2,000 a day, so at least this"),
    Publication(305, 305, "Vancouver Coastal (BC)", "2016", ("S3",), "more than 356,000 visits a year"),
    Publication(413, 413, "Ontario", "2008", ("S4",)),
)
URGENT_CARE_VISITS = (
    Publication(
        120, 120, "Fraser Health (BC)", "2024/25", ("S5",), "259,994 patients of ten centres, read as visits"
    ),
)
FEMALE_VISITS = (Publication(51.8, 51.8, "Ontario", "2008", ("S4",)),)
PEOPLE_WITH_A_VISIT = (
    Publication(
        19.6, 19.6, "Ontario", "2000", ("S6",), "2.25 of 11.5 million people, who made 3.7 million visits"
    ),
)
ONE_VISIT = (Publication(66.7, 66.7, "Ontario", "2000", ("S6",), "two thirds"),)
THREE_VISITS = (Publication(13.8, 15.3, "adults of BC", "2012-16", ("S7",)),)
VISITS_OF_THREE = (Publication(40.3, 40.3, "adults of BC", "2012-16", ("S7",)),)
FOUR_VISITS = (Publication(6.6, 6.6, "Ontario", "2000", ("S6",)),)
LEFT_UNSEEN = (Publication(5.5, 5.5, "BC", "2024/25", ("S1",), "141,961 of 2,595,219 visits"),)
CHILDREN_LEFT_UNSEEN = (Publication(2.3, 2.3, "children's EDs of Canada", "", ("S24",)),)
STAYS = (
    Publication(69.9, 69.9, "Canada", "2023/24", ("S25",), "standardized by age"),
    Publication(70, 70, "Vancouver Coastal (BC)", "2016", ("S3",), "more than 82,000 stays a year"),
)
MEAN_LOS = (Publication(7.3, 7.3, "Canada", "2023/24", ("S25",), "acute care"),)
STAYS_FROM_65 = (Publication(39.8, 39.8, "Canada", "2019/20", ("S29",), "newborns counted"),)
THROUGH_THE_ED = (Publication(60, 60, "Canada", "2005/06", ("S28",), "about 60"),)
STAYS_WITH_ALC = (
    Publication(5.8, 6.2, "Canada", "2021/22 (5.8)", ("S36", "S37", "S38", "S39")),
    Publication(6.9, 6.9, "BC, aged 40+", "2019", ("S37",)),
)
ALC_DAYS = (
    Publication(12.6, 12.6, "BC", "2013/14", ("S38", "S39")),
    Publication(16.1, 16.1, "BC, aged 40+", "2019", ("S37",)),
)
MEAN_ALC_DAYS = (Publication(25, 25, "Canada, aged 65+", "", ("S36",)),)
BIRTHS = (
    Publication(8.6, 8.6, "Canada", "2023/24", ("S25",), "344,811 births over about 40 million residents"),
)
OCCUPIED_BEDS = (
    Publication(
        1.85, 1.85, "BC", "January 2024", ("S40",), "10,435 patients over about 5.65 million residents"
    ),
)
