//! Plans that have failed once, each with what it took.

use crate::plan::Plan;
use crate::simulate;

fn check(plan: &str) {
    let plan: Plan = plan.parse().expect("a plan");
    let (complaints, _) = simulate(plan);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn an_arxiv_in_order_needs_no_luck() {
    check("0 20 2 2 false false 2026-01-16T03:00:00Z");
}
