//! Plans that have failed once, each with what it took.

use crate::plan::Plan;
use crate::simulate;

fn check(plan: &str) {
    let plan: Plan = plan.parse().expect("a plan");
    let (complaints, _) = simulate(plan);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_wrong_title_of_a_paper_that_is_replaced_on_the_next_day_may_stay() {
    check("6 40 1 2000 false true 2026-01-15T09:43:00Z");
}

#[test]
fn a_garbled_title_of_a_paper_whose_next_day_is_disturbed_or_a_replacement_may_stay() {
    check(
        "30077 40 1 2000 false false 2026-01-16T20:03:00Z
         2026-02-23T18:33:00Z 2026-02-24T06:33:00Z fault invalid_utf8 new cs.DC
         2026-02-24T01:47:00Z 2026-02-25T01:00:00Z fault gzip_twice all cs.DC",
    );
    check(
        "70085 40 2 2000 false false 2026-01-15T16:09:00Z
         2026-01-15T16:09:00Z 2026-01-16T04:09:00Z fault invalid_utf8 new every",
    );
}

#[test]
fn a_clock_that_is_ahead_at_the_first_start_loses_no_day_of_an_outage() {
    check(
        "60045 40 1 2000 false true 2026-01-15T13:33:00Z
         2026-01-15T13:33:00Z 2026-01-22T13:33:00Z fault headings_reworded all every
         2026-01-15T13:33:00Z 2026-01-16T13:33:00Z clock 10368000",
    );
}

#[test]
fn an_arxiv_in_order_needs_no_luck() {
    check("0 20 2 2 false false 2026-01-16T03:00:00Z");
}
