import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.errors import ResponseError
from sme_sem.instrument.model import Instrument
from sme_sem.responses import Cutoffs, read_responses, response_quality, screen
from sme_sem.responses.quality_indices import INDICES, RULES, rule_in_words

SCALES, PER_SCALE, N = 6, 4, 300
ITEMS = [f"q{s}{i}" for s in range(SCALES) for i in range(PER_SCALE)]
REVERSED = {f"q{s}3" for s in range(SCALES)}


@pytest.fixture(scope="module")
def survey():
    constructs = [
        {
            "name": f"C{s}",
            "label": f"C{s}",
            "items": [
                {"id": f"q{s}{i}", "wording": f"{s} {i}", "reversed": f"q{s}{i}" in REVERSED} for i in range(PER_SCALE)
            ],
        }
        for s in range(SCALES)
    ]
    return Instrument.model_validate(
        {
            "name": "survey",
            "title": "Survey",
            "response_scales": {"agree": {"lowest": 1, "highest": 5}},
            "constructs": constructs,
            "attention_checks": [{"id": "check", "wording": "Choose 4.", "expected": 4}],
            "metadata": [{"id": "seconds", "meaning": "duration_s"}, {"id": "sent", "meaning": "submitted_at"}],
        }
    )


def attentive(n=N, seed=11):
    """Answers of people who read, as worded."""
    rng = np.random.default_rng(seed)
    thought = np.repeat(rng.normal(size=(n, SCALES)), PER_SCALE, axis=1)
    answers = np.clip(np.rint(3 + 0.95 * thought + 0.55 * rng.normal(size=thought.shape)), 1, 5)
    frame = pd.DataFrame(answers, columns=ITEMS)
    for name in REVERSED:
        frame[name] = 6 - frame[name]
    sent = pd.Timestamp("2026-03-02 08:00:07") + pd.to_timedelta(rng.integers(30, 900, size=n).cumsum(), unit="s")
    return (
        frame.astype(int).astype(object).assign(check=4, seconds=rng.integers(120, 400, size=n), sent=sent.astype(str))
    )


def test_every_index_has_its_meaning_and_source_in_both_languages(survey):
    quality = response_quality(read_responses(attentive(), survey), resamples=3, seed=1)
    assert list(quality.table) == list(INDICES)
    assert set(quality.flags) == set(RULES)
    summary, _ = quality.tables()
    assert len(summary.rows) == len(INDICES)
    for index in INDICES.values():
        assert index.label.zh != index.label.en and index.meaning.zh != index.meaning.en
    written = quality.to("text", "zh")
    assert "奇偶一致性" in written and "低于0.3" in written and "24" in written


def test_people_who_read_keep_below_two_flags_and_each_kind_of_carelessness_has_its_trace(survey):
    answers = attentive()
    rng = np.random.default_rng(2)
    answers.loc[0, ITEMS] = 4  # straight lines
    answers.loc[1, ITEMS] = rng.integers(1, 6, size=len(ITEMS))
    answers.loc[1, "check"] = 1
    answers.loc[2, "seconds"] = 30
    quality = response_quality(read_responses(answers, survey))
    one, two, three = (set(quality.flags.columns[quality.flags.loc[i]]) for i in (1, 2, 3))
    assert one == {"long_string", "irv"}
    assert {"attention_failed", "guttman", "mahalanobis_pvalue"} <= two
    assert three == {"seconds_per_item"}
    assert quality.flagged[:3].tolist() == [True, True, False]
    assert quality.flagged[3:].mean() < 0.02
    assert quality.table.loc[1, "long_string"] == 24 and quality.table.loc[3, "seconds_per_item"] == 30 / 24


def test_signs_of_one_inconsistency_are_one_flag(survey):
    quality = response_quality(read_responses(attentive(), survey), cutoffs=Cutoffs(flags=1))
    alike = ["even_odd", "synonyms", "antonyms"]
    both = quality.flags["even_odd"] & quality.flags["synonyms"] & ~quality.flags.drop(columns=alike).any(axis=1)
    assert both.any() and quality.flagged[both].all()
    assert not response_quality(read_responses(attentive(), survey)).flagged[both].any()


def test_as_many_flags_as_asked_for_are_needed(survey):
    answers = attentive()
    answers.loc[2, "seconds"] = 30
    responses = read_responses(answers, survey)
    assert not screen(responses, ["careless"]).flags.loc[3, "careless"]
    screening = screen(responses, ["careless"], cutoffs=Cutoffs(flags=1))
    assert screening.flags.loc[3, "careless"]
    assert screening.reasons["careless"].en == "1 or more flags of careless answering"
    assert screening.quality.cutoffs.flags == 1 and screen(responses).quality is None


def test_who_is_set_aside_as_careless_comes_back_without_the_rule(survey):
    answers = attentive()
    answers.loc[0, ITEMS] = 2
    answers.loc[5, ITEMS] = ""
    screening = screen(read_responses(answers, survey), ["missing", "careless"])
    gone = dict(zip(screening.excluded["respondent"], screening.excluded["rule"], strict=True))
    assert gone[1] == "careless" and gone[6] == "missing"
    back = screening.without(["careless"])
    assert 1 in back.frame.index and 6 not in back.frame.index and back.valid == len(back.frame) == N - 1
    assert len(screening.responses().frame) == N - len(gone)
    first = screening.quality.tables()[1].records()[0]
    assert (first["respondent"], first["row"]) == (1, 2) and "id" not in first
    assert "Meade与Craig（2012）" in [row["source"] for row in screening.quality.tables()[0].records("zh")]


def test_many_careless_respondents_do_not_hide_one_another(survey):
    answers = attentive()
    rng = np.random.default_rng(4)
    careless = np.arange(N) < 75
    answers.loc[careless, ITEMS] = rng.integers(1, 6, size=(75, len(ITEMS)))
    responses = read_responses(answers, survey)
    once, often = (response_quality(responses, rounds=rounds).flagged.to_numpy() for rounds in (1, 5))
    assert often[careless].mean() > max(0.9, once[careless].mean() + 0.3)
    assert often[~careless].mean() < 0.03


def test_blocks_change_no_number(survey, monkeypatch):
    answers = attentive(70)
    answers.loc[3:9, "q00"] = ""
    responses = read_responses(answers, survey)
    together = response_quality(responses)
    monkeypatch.setattr("sme_sem.responses.quality._BLOCK", 144 * 16)
    monkeypatch.setattr("sme_sem.responses.quality._PATTERNS", 2)
    apart = response_quality(responses)
    pd.testing.assert_frame_equal(together.table, apart.table, rtol=1e-12)


def test_gaps_leave_out_what_cannot_be_told(survey):
    answers = attentive(60)
    answers.loc[0, ITEMS] = ""
    answers.loc[1, ITEMS[:1]] = ""
    table = response_quality(read_responses(answers, survey)).table
    assert table.loc[1, "missing"] == 1 and table.loc[1, ["irv", "even_odd", "mahalanobis", "guttman"]].isna().all()
    assert table.loc[2, ["irv", "even_odd", "mahalanobis", "guttman"]].notna().all()
    assert table.loc[2, "missing"] == 1 / 24


def test_the_same_answers_of_others_are_counted(survey):
    answers = attentive(60)
    answers.loc[10:12, ITEMS] = answers.loc[9, ITEMS].to_numpy()
    same = response_quality(read_responses(answers, survey)).table["same_answers"]
    assert same.loc[10:13].tolist() == [3, 3, 3, 3] and same.drop(range(10, 14)).max() == 0


def test_items_of_a_composite_need_not_agree(survey):
    last = survey.constructs[-1].model_copy(update={"measurement": "composite"})
    composed = survey.model_copy(update={"constructs": (*survey.constructs[:-1], last)})
    shuffled = attentive(60)
    for seed, item in enumerate(ITEMS[-PER_SCALE:]):
        shuffled[item] = np.random.default_rng(seed).permutation(shuffled[item])
    plain, other = (
        [response_quality(read_responses(own, form)).table["even_odd"] for own in (attentive(60), shuffled)]
        for form in (composed, survey)
    )
    assert plain[0].equals(plain[1]) and not other[0].equals(other[1])


def test_the_share_of_equal_answers_is_written_as_it_was_given():
    assert rule_in_words("long_string", Cutoffs(long_string=0.625)).en.startswith("at least 62.5% of the items asked")


def test_random_halves_have_a_seed(survey):
    responses = read_responses(attentive(50), survey)
    one, two, other = (response_quality(responses, resamples=4, seed=s).table["resampled"] for s in (1, 1, 2))
    assert one.equals(two) and not one.equals(other)
    assert one.corr(response_quality(responses).table["even_odd"]) > 0.5


def test_impossible_cut_offs_and_counts_are_refused(survey):
    with pytest.raises(ResponseError, match="even_odd is a number from -1 to 1; got 30"):
        Cutoffs(even_odd=30)
    with pytest.raises(ResponseError, match="rounds is 1 or more and resamples 0 or more; got 0 and 0"):
        response_quality(read_responses(attentive(40), survey), rounds=0)
    nothing = read_responses(attentive(40), survey)
    with pytest.raises(ResponseError, match="no item of the instrument has a column"):
        response_quality(replace(nothing, frame=nothing.frame[[]]))


# --- where the file comes from -----------------------------------------------------------------------


def looks(responses):
    found = sme.provenance(responses).findings
    return set(found.loc[found["look"], "check"])


def test_answers_of_people_give_no_reason_to_look(survey):
    responses = read_responses(attentive(), survey)
    assert looks(responses) == set()
    assert len(sme.provenance(responses).findings) == 10


def test_rows_that_were_copied_are_counted(survey):
    answers = attentive()
    answers.loc[50:69, ITEMS] = answers.loc[49, ITEMS].to_numpy()
    responses = read_responses(answers, survey)
    found = sme.provenance(responses).findings.set_index("check")["value"]
    assert {"identical_rows", "near_duplicates", "run_of_near_duplicates"} <= looks(responses)
    assert (found["identical_rows"], found["run_of_near_duplicates"]) == (20, 20)
    assert found["near_duplicates"] == pytest.approx(100 * 21 / N)


def spoiled_digits(frame):
    return frame.assign(seconds=frame["seconds"] // 10 * 10 + np.arange(N) % 2 * 5)


def spoiled_times(frame):
    return frame.assign(sent=[f"2026-03-0{1 + i // 100} 09:{i % 100 // 20:02}:{i % 20:02}" for i in range(N)])


def spoiled_frequencies(frame):
    rng = np.random.default_rng(1)
    return frame.assign(**{name: rng.permutation(np.arange(N) % 5 + 1) for name in ITEMS})


def spoiled_correlations(frame):
    return frame.assign(**{f"q{s}1": frame[f"q{s}0"] for s in range(SCALES)})


def spoiled_order(frame):
    return frame.sort_values(ITEMS[:3], ignore_index=True)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (spoiled_digits, {"last_digits"}),
        (spoiled_times, {"most_in_a_minute", "submitted_at_once"}),
        (spoiled_frequencies, {"too_even"}),
        (spoiled_correlations, {"near_perfect_correlations"}),
        (spoiled_order, {"neighbours_alike"}),
    ],
)
def test_each_regularity_is_found_by_its_check(survey, spoil, expected):
    assert looks(read_responses(spoil(attentive()), survey)) == expected


def test_findings_accuse_nobody_and_are_told_in_both_languages(survey):
    found = sme.provenance(read_responses(spoiled_digits(attentive()), survey))
    assert "no proof of anything" in found.to("text") and "并不证明任何问题" in found.to("text", "zh")


def test_too_few_respondents_are_refused(survey):
    with pytest.raises(ResponseError, match="20 respondents and 24 items are too few"):
        sme.provenance(read_responses(attentive(20), survey))


# --- the R package careless --------------------------------------------------------------------------

CARELESS = json.loads((Path(__file__).parents[1] / "reference" / "careless.json").read_text(encoding="utf-8"))


def foreign(name):
    return np.array(CARELESS[name], dtype=float)


@pytest.fixture(scope="module")
def compared():
    """Our indices of the answers that careless was given."""
    asked = [[{"id": f"q{s}{i}", "wording": f"{s} {i}", "reversed": i == 3} for i in range(4)] for s in range(4)]
    constructs = [{"name": f"C{s}", "label": f"C{s}", "items": items} for s, items in enumerate(asked)]
    scales = {"agree": {"lowest": 1, "highest": 5}}
    document = {"name": "s", "title": "S", "response_scales": scales, "constructs": constructs}
    names = [item["id"] for items in asked for item in items]
    frame = pd.DataFrame(CARELESS["answers"], columns=names, dtype=object)
    return response_quality(read_responses(frame, Instrument.model_validate(document)))


def test_strings_and_spread_are_those_of_careless(compared):
    assert compared.table["long_string"].to_numpy() == pytest.approx(foreign("long_string"), abs=0)
    assert compared.table["irv"].to_numpy() == pytest.approx(foreign("irv"), abs=1e-12)


def test_a_gap_ends_a_string_and_is_none_itself_while_careless_counts_it_as_one(compared):
    answers = foreign("answers")
    gaps = np.isnan(answers).sum(axis=1)
    strings = 16 / foreign("average_string") - gaps
    assert compared.table["average_string"].to_numpy() == pytest.approx((16 - gaps) / strings, abs=1e-12)
    assert (gaps > 0).sum() > 10


def test_even_odd_consistency_is_that_of_careless_which_turned_its_sign(compared):
    ours, told = compared.table["even_odd"].to_numpy(), foreign("even_odd_pairs") >= 3  # two points lie on any line
    assert ours[told] == pytest.approx(-foreign("even_odd")[told], abs=1e-12, nan_ok=True)
    assert np.isnan(ours[~told]).all() and np.isfinite(ours).sum() > 40


def test_synonyms_and_antonyms_are_those_of_careless(compared):
    for name in ("synonyms", "antonyms"):
        ours = compared.table[name].to_numpy()
        assert ours == pytest.approx(foreign(name), abs=1e-12, nan_ok=True)
        assert np.isfinite(ours).sum() > 40
    assert compared.n_synonyms == (foreign("pairs") > 0.6).sum()
    assert compared.n_antonyms == (foreign("opposite_pairs") < -0.6).sum()


def test_distances_are_those_of_careless_which_takes_the_mean_for_a_gap(compared):
    answers, ours = foreign("answers"), compared.table["mahalanobis"].to_numpy()
    whole = ~np.isnan(answers).any(axis=1)
    assert ours[whole] == pytest.approx(foreign("mahalanobis")[whole], rel=1e-10)
    filled = np.where(np.isnan(answers), 0, answers - np.nanmean(answers, axis=0))
    own = np.linalg.solve(pd.DataFrame(answers).cov().to_numpy(), filled.T)
    assert (filled.T * own).sum(axis=0) == pytest.approx(foreign("mahalanobis"), rel=1e-10)
    assert (ours[~whole] < foreign("mahalanobis")[~whole]).mean() > 0.5
