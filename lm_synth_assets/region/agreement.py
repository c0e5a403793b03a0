"""Rules between values of a configuration that are each allowed by themselves.

Every rule that takes more than one value to break belongs in this module. A rule is a function whose
parameters are the sections that it reads, by their names in `Region`: it runs whenever those are valid,
whatever is wrong elsewhere. `RULES` lists them all.
"""

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from math import exp
from typing import Any, TypeAlias

from lm_synth_assets.region.models.arrivals import Rhythm
from lm_synth_assets.region.models.emergency import Emergency
from lm_synth_assets.region.models.gates import Gates
from lm_synth_assets.region.models.inpatient import Inpatient
from lm_synth_assets.region.models.people import Lha
from lm_synth_assets.region.models.programs import Program, Stays
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.region.models.scenarios import Scenario
from lm_synth_assets.region.models.sites import Coverage, Site
from lm_synth_assets.region.problems import Problem
from lm_synth_assets.region.wording import KeyPath, cut, nearest
from lm_synth_assets.schema.text import collated
from lm_synth_assets.schema.vocabulary import AGE_BANDS, ED_SUBSERVICES, GENDERS, INPATIENT


def disagreements(sections: Mapping[str, Any]) -> list[Problem]:
    """The problems between sections of a region; a rule that reads a missing section is skipped."""
    problems: list[Problem] = []
    for rule in RULES:
        needed = inspect.signature(rule).parameters
        if needed.keys() <= sections.keys():
            problems += rule(**{name: sections[name] for name in needed})
    return problems


def _unknown(path: KeyPath, names: Iterable[str], known: Collection[str], what: str) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            yield Problem(path, f"{cut(name)} is not {what}", name, known)


def _alike(path: KeyPath, names: Iterable[str]) -> Iterator[Problem]:
    """Names of one list that a database takes for the same."""
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(collated(name), name)
        if other != name:
            yield Problem(
                (*path, name),
                f"differs from {other} only in case, accents or invisible characters, which MySQL and other "
                "databases ignore; rename one of them",
            )


def _all_stays(programs: dict[str, Program]) -> Iterator[tuple[str, str, Stays]]:
    for program, section in programs.items():
        for name, subprogram in section.subprograms.items():
            if subprogram.stays:
                yield program, name, subprogram.stays


def _stays_need_visits(run: Run) -> Iterator[Problem]:
    if run.with_ip and not run.with_ed:
        yield Problem(
            ("run", "with_ip"), "needs with_ed, because inpatient stays follow from admissions through the ED"
        )


def _site_codes(sites: dict[str, Site]) -> Iterator[Problem]:
    yield from _alike(("sites",), sites)


def _lha_names(lhas: dict[str, Lha]) -> Iterator[Problem]:
    yield from _alike(("lhas",), lhas)


def _program_names(programs: dict[str, Program]) -> Iterator[Problem]:
    yield from _alike(("programs",), programs)
    for name, program in programs.items():
        yield from _alike(("programs", name, "subprograms"), program.subprograms)


def _scenario_names(scenarios: dict[str, Scenario]) -> Iterator[Problem]:
    yield from _alike(("scenarios",), scenarios)


def _site_references(sites: dict[str, Site]) -> Iterator[Problem]:
    for code, site in sites.items():
        for field, targets in (("refers_to", site.refers_to), ("transfers_to", list(site.transfers_to))):
            path = ("sites", code, field)
            yield from _unknown(path, targets, sites, "a site")
            if code in targets:
                yield Problem(path, f"{code} cannot name itself; name another site")


def _home_sites(lhas: dict[str, Lha], sites: dict[str, Site]) -> Iterator[Problem]:
    for name, lha in lhas.items():
        path = ("lhas", name)
        yield from _unknown((*path, "default_site"), [lha.default_site], sites, "a site")
        yield from _unknown((*path, "goes_to"), lha.goes_to, sites, "a site")


def _movers(lhas: dict[str, Lha]) -> Iterator[Problem]:
    for name, lha in lhas.items():
        path = ("lhas", name)
        if lha.default_site in lha.goes_to:
            yield Problem(
                path, f"goes_to names {lha.default_site}, the default site; must name other sites only"
            )
        if lha.leaves_pct and not lha.goes_to:
            yield Problem(
                path, f"leaves_pct is {lha.leaves_pct:g}, but goes_to names no site; must be 0, or name one"
            )


def _residents(lhas: dict[str, Lha]) -> Iterator[Problem]:
    if not any(lha.base_population for lha in lhas.values()):
        yield Problem(("lhas",), "nobody lives in the region: at least one base_population must be above 0")


def _age_profiles(lhas: dict[str, Lha], age_profiles: dict[str, dict[str, float]]) -> Iterator[Problem]:
    for name, lha in lhas.items():
        yield from _unknown(("lhas", name, "age_profile"), [lha.age_profile], age_profiles, "an age profile")


def _rate_overrides(ed: Emergency, lhas: dict[str, Lha]) -> Iterator[Problem]:
    yield from _unknown(("ed", "rate_overrides"), ed.rate_overrides, lhas, "an LHA")


def _ed_outcomes(ed: Emergency) -> Iterator[Problem]:
    others = ed.dispositions
    for subservice in ED_SUBSERVICES:
        admission = ed.admission.get(subservice)
        rows = (others.left[subservice], others.transferred[subservice], others.died[subservice])
        for position, shares in enumerate(zip(*rows, strict=True)):
            admitted = 0.0
            if admission:
                logit = max(admission.age_logit.values()) + admission.acuity_logit[position]
                admitted = 1 / (1 + exp(-logit))
            total = admitted + sum(shares)
            if total > 1 + 1e-9:
                yield Problem(
                    ("ed",),
                    f"{subservice}, acuity {position + 1}: dispositions take {sum(shares):.3g} and admission "
                    f"up to {admitted:.3g} of the visits, {total:.3g} in all; must be at most 1",
                )


def _settings(programs: dict[str, Program]) -> Iterator[Problem]:
    for program, section in programs.items():
        for name, subprogram in section.subprograms.items():
            path = ("programs", program, "subprograms", name)
            if subprogram.setting == INPATIENT and not subprogram.stays:
                yield Problem(path, f"setting is {INPATIENT}, so `stays` must describe its stays")
            if subprogram.setting != INPATIENT and subprogram.stays:
                yield Problem(
                    path, f"setting is {subprogram.setting}, but `stays` goes with {INPATIENT} only"
                )


def _stay_ages(programs: dict[str, Program]) -> Iterator[Problem]:
    for program, name, stays in _all_stays(programs):
        if stays.first_age > stays.last_age:
            yield Problem(
                ("programs", program, "subprograms", name, "stays"),
                f"first_age {stays.first_age} is above last_age {stays.last_age}; must be at most that",
            )


def _program_mix(inpatient: Inpatient, programs: dict[str, Program]) -> Iterator[Problem]:
    stays_of: dict[str, list[Stays]] = {}
    for program, _, stays in _all_stays(programs):
        stays_of.setdefault(program, []).append(stays)
    for gender, by_age in inpatient.program_mix_pct.items():
        for band in AGE_BANDS:
            mix = by_age[band.label]
            path = ("inpatient", "program_mix_pct", gender, band.label)
            yield from _unknown(path, mix, stays_of, "a program with inpatient stays")
            for program, share in mix.items():
                takes_them = any(
                    gender in stays.genders
                    and stays.first_age <= band.last_age
                    and stays.last_age >= band.first_age
                    for stays in stays_of.get(program, ())
                )
                if program in stays_of and share and not takes_them:
                    yield Problem(
                        (*path, program),
                        f"is {share:g}, but no subprogram of {program} takes {gender} patients aged "
                        f"{band.label}; must be 0",
                    )


def _ed_rhythms(ed_rhythms: dict[str, str], rhythms: dict[str, Rhythm]) -> Iterator[Problem]:
    for subservice, name in ed_rhythms.items():
        yield from _unknown(("ed_rhythms", subservice), [name], rhythms, "a rhythm")


def _stay_rhythms(programs: dict[str, Program], rhythms: dict[str, Rhythm]) -> Iterator[Problem]:
    for program, name, stays in _all_stays(programs):
        path = ("programs", program, "subprograms", name, "stays")
        yield from _unknown((*path, "direct_rhythm"), [stays.direct_rhythm], rhythms, "a rhythm")
        if stays.ed_rhythm is not None:
            yield from _unknown((*path, "ed_rhythm"), [stays.ed_rhythm], rhythms, "a rhythm")


def _coverage_rows(coverage_matrix: Coverage, programs: dict[str, Program]) -> Iterator[Problem]:
    path = ("coverage_matrix",)
    for program, rows in coverage_matrix.items():
        yield from _unknown((*path, program), [program], programs, "a program")
        if program in programs:
            for name in rows:
                known = programs[program].subprograms
                yield from _unknown((*path, program, name), [name], known, f"a subprogram of {program}")
    misspelt_programs = {nearest(name, programs) for name in coverage_matrix if name not in programs}
    for program, section in programs.items():
        if program in misspelt_programs:
            continue
        rows = coverage_matrix.get(program, {})
        misspelt = {nearest(name, section.subprograms) for name in rows if name not in section.subprograms}
        for name in section.subprograms:
            if name not in rows and name not in misspelt:
                yield Problem(
                    (*path, program), f"subprogram {name} has no row; every subprogram must have one"
                )
        if rows and not any(any(row.values()) for row in rows.values()):
            yield Problem((*path, program), "is offered nowhere; at least one site must have a 1")


def _coverage_columns(coverage_matrix: Coverage, sites: dict[str, Site]) -> Iterator[Problem]:
    path = ("coverage_matrix",)
    columns = next((row for rows in coverage_matrix.values() for row in rows.values()), {})
    yield from _unknown(path, columns, sites, "a site")
    misspelt = {nearest(name, sites) for name in columns if name not in sites}
    for site in sites:
        if site not in columns and site not in misspelt:
            yield Problem(path, f"site {site} has no column; every site must have one")


def _reachable_beds(
    coverage_matrix: Coverage, programs: dict[str, Program], sites: dict[str, Site]
) -> Iterator[Problem]:
    for program, name, _ in _all_stays(programs):
        # A row or column that is missing is a problem of its own.
        offered = coverage_matrix.get(program, {}).get(name, {})
        stranded = [
            code
            for code, site in sites.items()
            if not any(offered.get(option, True) for option in (code, *site.refers_to))
        ]
        if stranded:
            yield Problem(
                ("coverage_matrix", program, name),
                f"inpatients at {', '.join(stranded)} have nowhere to go: the site or one of its `refers_to` "
                "must offer it",
            )


def _reachable_emergency(coverage_matrix: Coverage, lhas: dict[str, Lha]) -> Iterator[Problem]:
    homes = dict.fromkeys(site for lha in lhas.values() for site in (lha.default_site, *lha.goes_to))
    for subservice in ED_SUBSERVICES:
        rows = [rows[subservice] for rows in coverage_matrix.values() if subservice in rows]
        without = [site for site in homes if not any(row.get(site, True) for row in rows)]
        if without:
            yield Problem(
                ("coverage_matrix",),
                f"{', '.join(without)} must offer {subservice}: residents go there for it",
            )


def _alc_threshold(inpatient: Inpatient) -> Iterator[Problem]:
    alc = inpatient.alc
    shortest = alc.least_acute_days + alc.least_days
    if alc.threshold_days > shortest:
        yield Problem(
            ("inpatient", "alc"),
            f"threshold_days {alc.threshold_days:g} is above least_acute_days + least_days = {shortest:g}; "
            "must be at most that, or short ALC stays would break it",
        )


def _alc_within_the_cap(inpatient: Inpatient) -> Iterator[Problem]:
    # An ALC stay is acute for at most a third of the cap.
    for name, parts, share in (("least_acute_days", 1, "a third"), ("least_days", 2, "two thirds")):
        least, most = getattr(inpatient.alc, name), inpatient.los_cap_days * parts / 3
        if least > most:
            yield Problem(
                ("inpatient", "alc", name),
                f"{least:g} is above {most:g}, {share} of los_cap_days; must be at most that, or ALC stays "
                "would be longer than the cap",
            )


def _baseline(scenarios: dict[str, Scenario]) -> Iterator[Problem]:
    first = next(iter(scenarios))
    if scenarios[first] != Scenario():
        yield Problem(
            ("scenarios", first), "the first scenario is the baseline: all its multipliers must be 1"
        )


def _gate_limits(gates: Gates) -> Iterator[Problem]:
    low, high = gates.cross_lha_pct
    if low > high:
        yield Problem(
            ("gates", "cross_lha_pct"), f"{low:g} is above {high:g}; the lower limit must come first"
        )


def listed_rows(sites: dict[str, Site], lhas: dict[str, Lha], programs: dict[str, Program]) -> dict[str, int]:
    """The rows that a configuration lists for each table whose number of rows can be agreed."""
    return {
        "dim_site": len(sites),
        "dim_program": len(programs),
        "dim_subprogram": sum(len(program.subprograms) for program in programs.values()),
        "dim_lha": len(lhas),
        "dim_age_group": len(AGE_BANDS),
        "dim_gender": len(GENDERS),
        "dim_ed_subservice": len(ED_SUBSERVICES),
    }


def _row_counts(
    gates: Gates, sites: dict[str, Site], lhas: dict[str, Lha], programs: dict[str, Program]
) -> Iterator[Problem]:
    listed = listed_rows(sites, lhas, programs)
    for table, agreed in gates.row_counts.items():
        if agreed != listed[table]:
            yield Problem(
                ("gates", "row_counts", table),
                f"{agreed} rows are agreed, but the configuration lists {listed[table]}; change this number, "
                "or leave it out to have as many as are listed",
            )


Rule: TypeAlias = Callable[..., Iterator[Problem]]
RULES: tuple[Rule, ...] = (
    _stays_need_visits,
    _site_codes,
    _lha_names,
    _program_names,
    _scenario_names,
    _site_references,
    _home_sites,
    _movers,
    _residents,
    _age_profiles,
    _rate_overrides,
    _ed_outcomes,
    _settings,
    _stay_ages,
    _program_mix,
    _ed_rhythms,
    _stay_rhythms,
    _coverage_rows,
    _coverage_columns,
    _reachable_beds,
    _reachable_emergency,
    _alc_threshold,
    _alc_within_the_cap,
    _baseline,
    _gate_limits,
    _row_counts,
)
