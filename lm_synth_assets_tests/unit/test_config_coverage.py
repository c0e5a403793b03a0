"""The coverage matrix: a CSV file that must agree with the configuration that names it."""

import pytest

from lm_synth_assets_tests.support.configurations import (
    SITES,
    Complaints,
    coverage,
)


class TestCoverageMatrix:
    @pytest.mark.parametrize("text", ["", "site;program\n", "program,subprogram,LM-BRC\n"])
    def test_that_is_no_matrix(self, matrix: Complaints, text: str) -> None:
        assert matrix(text) == [
            "my.yaml:2: coverage_matrix: my.csv:1: must begin with the columns program,subprogram and one "
            "for "
            "each site, and have a row for each subprogram"
        ]

    def test_that_is_no_csv(self, matrix: Complaints) -> None:
        assert matrix(coverage() + '"Trauma,') == [
            "my.yaml:2: coverage_matrix: my.csv:50: not valid CSV: unexpected end of data"
        ]

    def test_that_is_not_utf8(self, matrix: Complaints) -> None:
        assert matrix(b"\xff") == ["my.yaml:2: coverage_matrix: my.csv: must be UTF-8 text; byte 1 is not"]

    def test_with_an_unknown_site(self, matrix: Complaints) -> None:
        assert matrix(coverage("LM-FGH", "LM-XXX")) == [
            f"my.csv:1: coverage_matrix: LM-XXX is not a site; must be one of {SITES}",
            "my.csv:1: coverage_matrix: site LM-FGH has no column; every site must have one",
        ]

    def test_with_a_site_that_has_two_columns(self, matrix: Complaints) -> None:
        assert matrix(coverage("LM-FGH", "LM-BRC")) == [
            "my.csv:1: coverage_matrix: site LM-BRC has 2 columns; must have one"
        ]

    def test_that_lacks_a_subprogram(self, matrix: Complaints) -> None:
        assert matrix(coverage("Medicine,Hospitalist,1,1,1,1,1,1,1,1,1,1,1,0\n")) == [
            "my.csv:2: coverage_matrix.Medicine: subprogram Hospitalist has no row; every subprogram must "
            "have one"
        ]

    def test_with_an_unknown_program_and_subprogram(self, matrix: Complaints) -> None:
        ones = ",1" * 12

        (program, subprogram) = matrix(coverage() + f"Magic,Spells{ones}\nMedicine,Spells{ones}\n")

        assert program.startswith(
            "my.csv:50: coverage_matrix.Magic: Magic is not a program; must be one of Medicine, "
        )
        assert subprogram == (
            "my.csv:51: coverage_matrix.Medicine.Spells: Spells is not a subprogram of Medicine; must be "
            "one of General Medicine, Hospitalist, ACE (Acute Care for Elderly)"
        )

    def test_that_leaves_a_program_nowhere(self, matrix: Complaints) -> None:
        lines = coverage().splitlines()
        nowhere = [
            line.replace(",1", ",0") if line.startswith("Primary Health Care") else line for line in lines
        ]

        assert matrix("\n".join(nowhere)) == [
            "my.csv:29: coverage_matrix.Primary Health Care: is offered nowhere; at least one site must "
            "have a 1"
        ]

    def test_that_leaves_inpatients_nowhere_to_go(self, matrix: Complaints) -> None:
        row = "Cardiac,Cardiac Surgery/CSU,"

        assert matrix(coverage(row + "1,1,", row + "1,0,")) == [
            "my.csv:21: coverage_matrix.Cardiac.Cardiac Surgery/CSU: inpatients at LM-MSC, LM-OTB, LM-DFT, "
            "LM-SRC, LM-GRS have nowhere to go: the site or one of its `refers_to` must offer it"
        ]

    def test_that_closes_an_ed_where_residents_go(self, matrix: Complaints) -> None:
        row = "Emergency,Adult ED,"

        assert matrix(coverage(row + "1,", row + "0,")) == [
            "my.csv:1: coverage_matrix: LM-BRC must offer Adult ED: residents go there for it"
        ]

    @pytest.mark.parametrize("cell", ["", "2", "01", "yes", "1.0", " 1"])
    def test_with_a_cell_that_is_not_0_or_1(self, matrix: Complaints, cell: str) -> None:
        row = "Medicine,Hospitalist,"

        assert matrix(coverage(row + "1,", f"{row}{cell},")) == [
            f'my.csv:3: coverage_matrix.Medicine.Hospitalist.LM-BRC: must be 0 or 1; found "{cell}"'
        ]

    def test_with_a_row_too_short_and_one_too_many(self, matrix: Complaints) -> None:
        row = "Trauma,Follow-up Clinic,1,"
        again = "Medicine,Hospitalist,1,1,1,1,1,1,1,1,1,1,1,0\n"

        assert matrix(coverage(row, "Trauma,Follow-up Clinic,") + again) == [
            "my.csv:43: coverage_matrix.Trauma.Follow-up Clinic: the row has 13 values; must have 14",
            "my.csv:50: coverage_matrix.Medicine.Hospitalist: is repeated; first set in line 3",
        ]
