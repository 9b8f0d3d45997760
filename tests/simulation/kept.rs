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
fn an_arxiv_in_order_needs_no_luck() {
    check("0 20 2 2 false false 2026-01-16T03:00:00Z");
}
