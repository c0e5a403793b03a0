"""The ED projection as SQL that MySQL and DuckDB both run: section 10 of the blueprint, in one place.

Aliases: p is population_projection, r ed_baseline_rates, l dim_lha, s dim_site.
"""

from typing import Final

VISITS: Final = "1.0 * p.population * r.baserate_per_1000 / 1000.0"
"""Expected visits per year of the residents of one LHA, age group and gender, in one ED subservice."""

CELLS: Final = """\
FROM population_projection p
JOIN ed_baseline_rates r
  ON p.lha_id = r.lha_id
 AND p.age_group = r.age_group
 AND p.gender   = r.gender
JOIN dim_lha l ON l.lha_id = p.lha_id"""
"""A row for each year, LHA, age group, gender and ED subservice."""

DEFAULT_SITES: Final = "JOIN dim_site s ON s.site_id = l.default_site_id"
"""Adds the default site of the LHA to a row."""


def ed_projection(year: int | str) -> str:
    """The projected visits of a year by default site and ED subservice, largest first.

    `year` may be a number or an expression, such as a variable of the session.
    """
    return f"""\
SELECT s.site_code AS facility,
       r.ed_subservice,
       SUM({VISITS}) AS projected_volumes
{CELLS}
{DEFAULT_SITES}
WHERE p.year = {year}
GROUP BY s.site_code, r.ed_subservice
ORDER BY projected_volumes DESC"""
