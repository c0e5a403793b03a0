"""Retunings: configurations that differ from the default one as a user's file would, each sensibly.

Each must pass all gates on the data that it makes. `None` in the place of an entry removes it. The list is
data: `statistical/test_retunings.py` runs a part of it, `make fuzz` all with three seeds.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from lm_synth_assets.region.files import load_region
from lm_synth_assets.schema.vocabulary import (
    ADULT_ED,
    AGE_GROUPS,
    ED_SUBSERVICES,
    GENDERS,
    INPATIENT,
    PEDIATRIC_ED,
    URGENT_CARE,
)

Overlay = Mapping[str, Any]

DEFAULTS: Mapping[str, Any] = load_region().model_dump(by_alias=True)
"""The values of the default configuration, as its file gives them."""

_RATES = DEFAULTS["ed"]["rates_per_1000"]
_STAYS = DEFAULTS["inpatient"]["stays_per_1000"]
_SITES = tuple(DEFAULTS["sites"])
_LHAS = tuple(DEFAULTS["lhas"])
_EVEN = [1] * 12
_ALL_WEEK = [1] * 7
_AROUND_THE_CLOCK = [1] * 24


def _times(table: Any, factor: float) -> Any:
    """A table with all of its numbers multiplied."""
    if isinstance(table, Mapping):
        return {key: _times(value, factor) for key, value in table.items()}
    return round(table * factor, 4)


def _by_age(change: Callable[[str, Any], Any], table: Mapping[str, Any]) -> Any:
    """A table by age group with each row changed."""
    return {age: change(age, row) for age, row in table.items()}


def _for_each(names: Sequence[str], value: Any) -> dict[str, Any]:
    return {name: deepcopy(value) for name in names}


def _lhas(**fields: Any) -> Overlay:
    """The same fields for every LHA."""
    return {"lhas": _for_each(_LHAS, fields)}


def _units(**fields: Any) -> Overlay:
    """The same fields of `stays` for every subprogram with inpatient stays."""
    return {
        "programs": {
            program: {
                "subprograms": {
                    name: {"stays": fields}
                    for name, subprogram in section["subprograms"].items()
                    if subprogram["setting"] == INPATIENT
                }
            }
            for program, section in DEFAULTS["programs"].items()
        }
    }


def _unit(program: str, name: str, **fields: Any) -> Overlay:
    return {"programs": {program: {"subprograms": {name: {"stays": fields}}}}}


def _programs(**fields: Any) -> Overlay:
    return {"programs": _for_each(list(DEFAULTS["programs"]), fields)}


def _all_offered(sites: Sequence[str]) -> Overlay:
    """A coverage matrix in which these sites offer all subprograms, and no other site has a column."""
    return {
        program: {name: {site: True if site in sites else None for site in row} for name, row in rows.items()}
        for program, rows in DEFAULTS["coverage_matrix"].items()
    }


def _small(sites: int, lhas: int, population: int = 60_000) -> Overlay:
    """A region of the first sites and LHAs, where each site offers everything and one in 14 leaves."""
    kept = _SITES[:sites]
    areas: dict[str, Any] = dict.fromkeys(_LHAS[lhas:])
    for number, name in enumerate(_LHAS[:lhas]):
        default, other = kept[number % sites], kept[(number + 1) % sites]
        areas[name] = {
            "default_site": default,
            "base_population": population,
            "leaves_pct": 7 if sites > 1 else 0,
            "goes_to": {code: 1 if code == other and sites > 1 else None for code in _SITES},
        }
    return {
        "sites": {
            code: {"refers_to": [], "transfers_to": dict.fromkeys(_SITES)} if code in kept else None
            for code in _SITES
        },
        "lhas": areas,
        "coverage_matrix": _all_offered(kept),
        "gates": {"cross_lha_pct": [0, 10]},
    }


def _renamed(names: Callable[[str], str]) -> Overlay:
    """Sites with other names, LHAs and scenarios under other names."""
    return {
        "sites": {code: {"name": names(site["name"])} for code, site in DEFAULTS["sites"].items()},
        "lhas": {
            **dict.fromkeys(_LHAS),
            **{names(name): deepcopy(lha) for name, lha in DEFAULTS["lhas"].items()},
        },
    }


def _ages(**percent: float) -> Overlay:
    """The same age profile everywhere."""
    full = {age: percent.get(f"from_{age.rstrip('+').partition('-')[0]}", 0) for age in AGE_GROUPS}
    return {"age_profiles": _for_each(list(DEFAULTS["age_profiles"]), full)}


def _gender(**share: float) -> Overlay:
    row = {gender: share.get(gender, 0) for gender in GENDERS}
    return {"population": {"gender_weights": _for_each(AGE_GROUPS, row)}}


def _acuity(level: int) -> Overlay:
    row = [100 if position == level else 0 for position in range(1, 6)]
    return {"ed": {"acuity_pct": _for_each(ED_SUBSERVICES, _for_each(AGE_GROUPS, row))}}


def _dispositions(name: str, value: float) -> Overlay:
    return {"ed": {"dispositions": {name: _for_each(ED_SUBSERVICES, [value] * 5)}}}


def _rates_of(service: str, factor: float) -> Overlay:
    return {"ed": {"rates_per_1000": {service: _times(_RATES[service], factor)}}}


def _moved(source: str, target: str) -> Overlay:
    """The rates of one subservice added to those of another."""
    both = {
        age: {
            gender: round(_RATES[target][age][gender] + _RATES[source][age][gender], 4) for gender in GENDERS
        }
        for age in AGE_GROUPS
    }
    return merged(_rates_of(source, 0), {"ed": {"rates_per_1000": {target: both}}})


def _no_stays_of(program: str) -> Overlay:
    """The program's share of the stays goes to others, in proportion."""
    mixes: dict[str, Any] = {}
    for gender, by_age in DEFAULTS["inpatient"]["program_mix_pct"].items():
        for age, mix in by_age.items():
            rest = {name: share for name, share in mix.items() if name != program}
            total = sum(rest.values())
            mixes.setdefault(gender, {})[age] = {
                **{name: 100 * share / total for name, share in rest.items()},
                program: None,
            }
    return {"inpatient": {"program_mix_pct": mixes}}


def _without_children() -> Overlay:
    return _ages(from_15=15, from_25=35, from_45=25, from_65=13, from_75=8, from_85=4)


def _sparse(homes: Sequence[str]) -> Overlay:
    """Beds at two sites only; all others refer there."""
    hubs = ("LM-BRC", "LM-FGH")
    beds = {
        (program, name)
        for program, section in DEFAULTS["programs"].items()
        for name, subprogram in section["subprograms"].items()
        if subprogram["setting"] == INPATIENT
    }
    return {
        "coverage_matrix": {
            program: {
                name: {site: site in hubs for site in row} if (program, name) in beds else row
                for name, row in rows.items()
            }
            for program, rows in DEFAULTS["coverage_matrix"].items()
        },
        "sites": {code: {"refers_to": [hub for hub in hubs if hub != code]} for code in homes},
    }


def merged(*overlays: Overlay) -> Overlay:
    """Overlays on top of each other, the last one uppermost."""
    result: dict[str, Any] = {}
    for overlay in overlays:
        for key, value in overlay.items():
            both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
            result[key] = merged(result[key], value) if both else value
    return result


def _closed(rhythm: str, **weights: Any) -> Overlay:
    return {"rhythms": {rhythm: weights}}


_ONE_HOUR = [1 if hour == 12 else 0 for hour in range(24)]
_WEEKDAYS_ONLY = [1, 1, 1, 1, 1, 0, 0]
_ADULTS_ONLY = {
    **_for_each(AGE_GROUPS, _for_each(GENDERS, 0)),
    **{age: _RATES[ADULT_ED][age] for age in AGE_GROUPS[3:]},
}

RETUNINGS: dict[str, Overlay] = {
    # The ED: how often.
    "ED rates doubled": {"ed": {"rates_per_1000": _times(_RATES, 2)}},
    "ED rates a tenth": {"ed": {"rates_per_1000": _times(_RATES, 0.1)}},
    "no urgent care": _rates_of(URGENT_CARE, 0),
    "no Pediatric ED": _rates_of(PEDIATRIC_ED, 0),
    "Pediatric ED within Adult ED": _moved(PEDIATRIC_ED, ADULT_ED),
    "Adult ED for adults only": {"ed": {"rates_per_1000": {ADULT_ED: _ADULTS_ONLY}}},
    "urgent care only": merged(_rates_of(ADULT_ED, 0), _rates_of(PEDIATRIC_ED, 0)),
    "no ED visits at all": {"ed": {"rates_per_1000": _times(_RATES, 0)}},
    "girls who come 20 times a year": {"ed": {"rates_per_1000": {PEDIATRIC_ED: {"0-4": {"Female": 20_000}}}}},
    # The example of README.md.
    "one cell overridden": {
        "ed": {"rate_overrides": {"Riverbend": {ADULT_ED: {"85+": {"Female": 990}}}}},
        "lhas": {"Riverbend": {"growth_pct": 2.6}},
        "rhythms": {"urgent_care": {"weekdays": [1.13, 1.05, 1.02, 1.01, 1.01, 0.98, 0]}},
        "inpatient": {"alc": {"median_days": 18}},
    },
    "one cell overridden by nothing": {
        "ed": {"rate_overrides": {"Riverbend": {ADULT_ED: _for_each(AGE_GROUPS, _for_each(GENDERS, 0))}}}
    },
    "Pediatric ED to 14 years": {"ed": {"pediatric_last_age": 14}},
    "Pediatric ED to 20 years": {"ed": {"pediatric_last_age": 20}},
    "few frequent users": {"ed": {"frailty_shape": 100}},
    "many frequent users": {"ed": {"frailty_shape": 0.1}},
    "hardly anybody makes all visits": {"ed": {"frailty_shape": 0.05}},
    "frailty exponential": {"ed": {"frailty_shape": 1}},
    "volumes drawn freely": {"ed": {"volume_control": "free"}},
    "volumes drawn freely, many frequent users": {"ed": {"volume_control": "free", "frailty_shape": 0.1}},
    # The ED: how it ends and how long it takes.
    "acuity always 3": _acuity(3),
    "acuity always 1": _acuity(1),
    "nobody leaves": _dispositions("Left without being seen", 0),
    "nobody dies in the ED": _dispositions("Died", 0),
    "one in 50 leaves": _dispositions("Left without being seen", 0.02),
    "nobody admitted from the ED": {"ed": {"admission": dict.fromkeys(ED_SUBSERVICES)}},
    "boarding of two days": {
        "ed": {
            "visit_hours": {ADULT_ED: {"Admitted": {"median": 48, "sigma": 0.5}}},
            "longest_visit_hours": 240,
        }
    },
    "visits of exactly an hour": {
        "ed": {"visit_hours": {URGENT_CARE: {"Discharged": {"median": 1, "sigma": 0}}}}
    },
    "no visit above four hours": {"ed": {"longest_visit_hours": 4}},
    "a day between contacts, six hours of travel": {
        "ed": {"gap_hours": 24},
        "inpatient": {"travel_hours": 6},
    },
    "no gap and no travel": {"ed": {"gap_hours": 0}, "inpatient": {"travel_hours": 0}},
    # When people come.
    "urgent care closed on Sundays": _closed("urgent_care", weekdays=[1.13, 1.05, 1.02, 1.01, 1.01, 0.98, 0]),
    "urgent care closed in July and August": _closed(
        "urgent_care", months=[1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1]
    ),
    "closed at Christmas and New Year": {"calendar": {"holiday_factors": {"dec25": 0, "jan1": 0}}},
    "closed on all holidays": {
        "calendar": {"holiday_factors": {"dec25": 0, "jan1": 0, "other_statutory": 0}}
    },
    "Adult ED closed at night": _closed("adult", hours=[0] * 7 + [1] * 16 + [0]),
    "all subservices closed at weekends": {
        "rhythms": {
            name: {"weekdays": _WEEKDAYS_ONLY}
            for name in ("adult", "pediatric", "urgent_care", "trauma", "medical")
        }
    },
    "urgent care open for one hour": _closed("urgent_care", hours=_ONE_HOUR, closed_day_hours=_ONE_HOUR),
    "urgent care open in January only": _closed("urgent_care", months=[1] + [0] * 11),
    "surgery on weekdays in spring only": _closed(
        "elective", weekdays=_WEEKDAYS_ONLY, months=[0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    ),
    "no rhythm at all": {
        "rhythms": {
            name: {
                "months": _EVEN,
                "weekdays": _ALL_WEEK,
                "hours": _AROUND_THE_CLOCK,
                "closed_day_hours": None,
                "day_sd": 0,
            }
            for name in DEFAULTS["rhythms"]
        }
    },
    "pandemic": {
        "rhythms": {
            "adult": {"months": [1.2, 1.1, 0.7, 0.5, 0.6, 0.8, 1, 1, 1.1, 1.2, 1.4, 1.4], "day_sd": 0.3}
        }
    },
    "days that vary most": {
        "rhythms": {name: {"day_sd": 1} for name in ("adult", "pediatric", "urgent_care")}
    },
    "days without memory": {"calendar": {"day_effect_memory": 0, "day_effect_shared": 0}},
    "days with a long memory, all sites alike": {
        "calendar": {"day_effect_memory": 0.99, "day_effect_shared": 1}
    },
    "births on weekdays in the morning": _closed(
        "births", weekdays=_WEEKDAYS_ONLY, hours=[0] * 8 + [1] * 4 + [0] * 12
    ),
    # People.
    "growth of -3%": _lhas(growth_pct=-3),
    "growth of 10%": _lhas(growth_pct=10),
    "women and men alike": _gender(Female=0.5, Male=0.5),
    "one gender": _gender(Female=1),
    "no children": _without_children(),
    "all 65 and over": _ages(from_65=50, from_75=30, from_85=20),
    "all children": _ages(from_0=40, from_5=60),
    "an area of 300": {"lhas": {"Otter Cove": {"base_population": 300}}},
    "an area of nobody": {"lhas": {"Otter Cove": {"base_population": 0}}},
    "rapid ageing": {"population": {"ageing_pct": {"75-84": 8, "85+": 10}}, "run": {"years": 10}},
    "nobody far beyond 85": {"population": {"oldest_decline": 0.9}},
    "as many of 104 as of 85": {"population": {"oldest_decline": 0}},
    "doubles allowed": {"privacy": {"unique_quasi_identifiers": False}},
    # Places.
    "one site, one area": _small(1, 1),
    "three sites, three areas": _small(3, 3),
    "two sites, five areas": _small(2, 5),
    "five sites, one area": _small(5, 1),
    "small towns": _small(3, 3, population=4_000),
    "one site and area, no Pediatric ED": merged(_small(1, 1), _rates_of(PEDIATRIC_ED, 0)),
    "beds at two sites only": _sparse(_SITES),
    "everything offered everywhere": {
        "coverage_matrix": {
            program: {name: _for_each(_SITES, True) for name in rows}
            for program, rows in DEFAULTS["coverage_matrix"].items()
        }
    },
    "no corridors": {"sites": {code: {"transfers_to": dict.fromkeys(_SITES)} for code in _SITES}},
    "3% cross areas": merged(_lhas(leaves_pct=3), {"gates": {"cross_lha_pct": [2, 5]}}),
    "15% cross areas": merged(_lhas(leaves_pct=15), {"gates": {"cross_lha_pct": [10, 20]}}),
    "nobody crosses areas": merged(_lhas(leaves_pct=0), {"gates": {"cross_lha_pct": [0, 0]}}),
    "everybody crosses areas": merged(_lhas(leaves_pct=100), {"gates": {"cross_lha_pct": [100, 100]}}),
    "French and Chinese names": _renamed(lambda name: f"Hôpital de l'Érable {name} 列治文"),
    "names with quotes, commas and markup": _renamed(lambda name: f"{name}, l'<b>=1+1</b> | NULL"),
    # The hospital: how often and for what.
    "stays doubled": {"inpatient": {"stays_per_1000": _times(_STAYS, 2)}},
    "stays halved": {"inpatient": {"stays_per_1000": _times(_STAYS, 0.5)}},
    "no stays but those through the ED": {"inpatient": {"stays_per_1000": _times(_STAYS, 0)}},
    "no stays at all": {
        "inpatient": {"stays_per_1000": _times(_STAYS, 0)},
        "ed": {"admission": dict.fromkeys(ED_SUBSERVICES)},
    },
    "no stays in Trauma": _no_stays_of("Trauma"),
    "no stays in Medicine": _no_stays_of("Medicine"),
    "every stay through the ED where it can be": _units(via_ed=1),
    "no stay through the ED where it can be": _units(via_ed=0),
    # The hospital: how long.
    "shorter stays": _unit("Medicine", "General Medicine", median_days=2.2),
    "stays of half the length": {"inpatient": {"los_age_factor": _for_each(AGE_GROUPS, 0.5)}},
    "floor of 30 days": {"inpatient": {"los_floor_days": 30}},
    "floor of three days": {"inpatient": {"los_floor_days": 3}},
    "stays of children next to nothing": {"inpatient": {"los_age_factor": {"0-4": 0.001}}},
    "all stays next to nothing": {"inpatient": {"los_age_factor": _for_each(AGE_GROUPS, 0.001)}},
    "stays of the oldest ten times as long": {"inpatient": {"los_age_factor": {"85+": 10}}},
    "cap of 30 days": {"inpatient": {"los_cap_days": 30}},
    "cap of 60 days, floor of one": {"inpatient": {"los_cap_days": 60, "los_floor_days": 1}},
    "stays without spread": _units(sigma=0),
    "stays that hardly differ": _units(sigma=0.01),
    "stays that differ widely": _units(sigma=2.5),
    "one unit of 200 days": _unit("Palliative Care", "Hospice/Community", median_days=200, sigma=0.3),
    "one unit of a year": _unit("Rehabilitation", "Stroke/ESD", median_days=365, sigma=2.5),
    # The hospital: ALC and transfers.
    "no ALC": {"inpatient": {"alc": {"probability": _for_each(AGE_GROUPS, 0)}}},
    "ALC doubled": {
        "inpatient": {"alc": {"probability": _times(DEFAULTS["inpatient"]["alc"]["probability"], 2)}}
    },
    "60% ALC": merged(
        {"inpatient": {"alc": {"probability": _for_each(AGE_GROUPS, 0.6)}}}, _programs(alc_factor=1)
    ),
    "ALC for everybody": merged(
        {"inpatient": {"alc": {"probability": _for_each(AGE_GROUPS, 1)}}}, _programs(alc_factor=1)
    ),
    "ALC days that are all alike": {"inpatient": {"alc": {"median_days": 10, "sigma": 0}}},
    "ALC below the floor": {
        "inpatient": {
            "los_floor_days": 20,
            "alc": {"median_days": 2, "least_acute_days": 1, "threshold_days": 2},
        }
    },
    "no transfers": _programs(transfer_share=0),
    "half of Medicine transferred": {"programs": {"Medicine": {"transfer_share": 0.5}}},
    "all are transferred and return": merged(
        _programs(transfer_share=1), {"inpatient": {"returned_share": 1}}
    ),
    "nobody returns": {"inpatient": {"returned_share": 0}},
    # Time, scenarios, gates.
    "a single year": {"run": {"years": 1}},
    "ten years": {"run": {"years": 10}},
    "a leap year": {"run": {"start_year": 2024}},
    "long ago": {"run": {"start_year": 1950}},
    "far ahead": {"run": {"start_year": 2150}},
    "base year long before": {"population": {"base_year": 2000}},
    "one scenario": {"scenarios": {"High growth": None, "Rising ED use": None, "Shorter stays": None}},
    "ten scenarios": {
        "scenarios": {
            f"ED use {step}": {"growth": 1 + step / 10, "ed_rates": 1 + step / 20} for step in range(1, 7)
        }
    },
    "thresholds of 0.05": {"gates": {"ks_threshold": 0.05, "corr_threshold": 0.05}},
    "200 patients": {"run": {"patients": 200}},
    "20 patients": {"run": {"patients": 20}},
    # Several at once.
    "old, busy and closed at weekends": merged(
        _ages(from_65=50, from_75=30, from_85=20),
        {"ed": {"rates_per_1000": _times(_RATES, 2)}},
        _closed("urgent_care", weekdays=_WEEKDAYS_ONLY),
    ),
    "small, free and frail": merged(
        _small(2, 2), {"ed": {"volume_control": "free", "frailty_shape": 0.2}}, {"run": {"years": 10}}
    ),
    "short stays, much ALC, many transfers": merged(
        {"inpatient": {"los_age_factor": _for_each(AGE_GROUPS, 0.3), "los_cap_days": 90}},
        {"inpatient": {"alc": {"probability": _for_each(AGE_GROUPS, 0.4)}}},
        _programs(alc_factor=1, transfer_share=0.4),
    ),
    "children only, no Pediatric ED": merged(_ages(from_0=40, from_5=60), _rates_of(PEDIATRIC_ED, 0)),
    "one gender, no children, leap year": merged(
        _gender(Male=1), _without_children(), {"run": {"start_year": 2028}}
    ),
    "closed days and days that vary": merged(
        _closed("adult", months=[1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1], day_sd=0.5),
        {"calendar": {"holiday_factors": {"dec25": 0}, "day_effect_memory": 0.9}},
    ),
}
"""By name. Configurations that are refused early are in `REFUSED`."""

REFUSED: dict[str, tuple[Overlay, str]] = {
    "3% cross areas": (
        _lhas(leaves_pct=3),
        "gates.cross_lha_pct: is 5-10%, but with lhas.<LHA>.leaves_pct 3% of the residents leave",
    ),
    "15% cross areas": (
        _lhas(leaves_pct=15),
        "gates.cross_lha_pct: is 5-10%, but with lhas.<LHA>.leaves_pct 15% of the residents leave",
    ),
    "half of the Pediatric ED": (
        merged(_rates_of(PEDIATRIC_ED, 0.5)),
        "gates.pediatric_under_15_pct: is 70, but with ed.rates_per_1000 62.5% of the visits under 15 are",
    ),
    "Pediatric ED for the old": (
        {"ed": {"rates_per_1000": {PEDIATRIC_ED: {"65-74": _for_each(GENDERS, 100)}}}},
        "gates.pediatric_from_25_pct: is 1, but with ed.rates_per_1000 ",
    ),
    "agreed on other sites": (
        {"gates": {"row_counts": {"dim_site": 11}}},
        "gates.row_counts.dim_site: 11 rows are agreed, but the configuration lists 12",
    ),
    "agreed on sites, and one more area": (
        {
            "gates": {"row_counts": {"dim_lha": 12}},
            "lhas": {"Thirteenth": {**DEFAULTS["lhas"]["Riverbend"], "base_population": 1_000}},
        },
        "gates.row_counts.dim_lha: 12 rows are agreed, but the configuration lists 13",
    ),
    "50 stays a year for girls": (
        {"inpatient": {"stays_per_1000": {"Female": {"0-4": 50_000}}}},
        "inpatient.stays_per_1000.Female.0-4: is 50000, which is too much: ",
    ),
    "50 visits a year for old men": (
        {"ed": {"rates_per_1000": {ADULT_ED: {"85+": {"Male": 50_000}}}}},
        "ed.rates_per_1000.Adult ED.85+.Male: is 50000, which is too much: ",
    ),
    "a cell overridden by 50 visits a year": (
        {"ed": {"rate_overrides": {"Riverbend": {ADULT_ED: {"85+": {"Female": 50_000}}}}}},
        "ed.rate_overrides.Riverbend.Adult ED.85+.Female: is 50000, which is too much: ",
    ),
    "two thousand million in one area": (
        merged(_lhas(growth_pct=15), {"population": {"base_year": 1950}}),
        "grow to ",
    ),
    "nobody left": (
        merged(_lhas(growth_pct=-19), {"population": {"base_year": 1900}}),
        "lhas.<LHA>.growth_pct: nobody is left in the region in 2025",
    ),
}
"""By name: an overlay, and a part of what is said about it before anything is made."""
