//! No request starts too early, and none waits for ever.

use super::*;

const PAUSE: Duration = Duration::from_secs(15);
const STOP: Duration = Duration::from_hours(1);
const TROUBLED: RequestOutcome = RequestOutcome::Failed { retry_after: None };
const THROTTLED: RequestOutcome = RequestOutcome::Throttled { retry_after: None };
const REFUSED: RequestOutcome = RequestOutcome::Refused { retry_after: None };

fn limiter() -> RateLimiter {
    RateLimiter::new(PAUSE, STOP)
}

/// Waits for a permit, ends it with the outcome, and says how long the wait was.
async fn waited(limiter: &RateLimiter, outcome: RequestOutcome) -> Duration {
    let before = Instant::now();
    let permit = limiter.permit().await;
    let waited = before.elapsed();
    permit.end(outcome);
    waited
}

/// Tokio's timer counts milliseconds and may ring one late.
fn is_about(found: Duration, least: Duration, most: Duration) {
    assert!(
        found >= least && found <= most + Duration::from_millis(2),
        "{found:?} not in {least:?}..={most:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_pause_runs_from_the_end_of_one_request_to_the_start_of_the_next() {
    let limiter = limiter();
    let permit = limiter.permit().await;
    tokio::time::advance(Duration::from_secs(40)).await;
    assert_eq!(limiter.wait_estimate(), PAUSE);
    permit.end(RequestOutcome::Answered);
    assert_eq!(limiter.wait_estimate(), PAUSE);
    is_about(waited(&limiter, RequestOutcome::Answered).await, PAUSE, PAUSE);
    tokio::time::advance(PAUSE).await;
    assert_eq!(limiter.wait_estimate(), Duration::ZERO);
    is_about(waited(&limiter, RequestOutcome::Odd).await, Duration::ZERO, Duration::ZERO);
    is_about(waited(&limiter, RequestOutcome::Odd).await, PAUSE, PAUSE);
}

#[tokio::test(start_paused = true)]
async fn a_redirect_waits_for_the_pause_and_lets_nobody_between() {
    let limiter = limiter();
    let before = Instant::now();
    let mut permit = limiter.permit().await;
    let mut second = std::pin::pin!(limiter.permit());
    tokio::select! {
        biased;
        _ = &mut second => panic!("two turns at a time"),
        () = permit.next() => {}
    }
    is_about(before.elapsed(), PAUSE, PAUSE);
    assert_eq!(limiter.wait_estimate(), PAUSE * 2);
    permit.end(RequestOutcome::Answered);
    drop(second.await);
    is_about(before.elapsed(), PAUSE * 2, PAUSE * 2);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_given_up_costs_a_pause_and_one_that_only_waited_does_not() {
    let limiter = limiter();
    drop(limiter.permit().await);
    assert_eq!(limiter.wait_estimate(), PAUSE);
    for _ in 0..5 {
        tokio::time::timeout(Duration::from_secs(1), limiter.permit()).await.expect_err("within the pause");
    }
    is_about(limiter.wait_estimate(), Duration::from_secs(9), Duration::from_secs(10));
    is_about(
        waited(&limiter, RequestOutcome::Answered).await,
        Duration::from_secs(9),
        Duration::from_secs(10),
    );
}

#[tokio::test(start_paused = true)]
async fn failures_double_the_wait_up_to_the_limit_and_success_ends_it() {
    let limiter = limiter();
    waited(&limiter, TROUBLED).await;
    for exponent in 1..=10 {
        let ceiling = (PAUSE * (1 << exponent)).min(BACKOFF_MAX);
        is_about(waited(&limiter, TROUBLED).await, (ceiling / 2).max(PAUSE), ceiling);
    }
    waited(&limiter, RequestOutcome::Answered).await;
    is_about(waited(&limiter, TROUBLED).await, PAUSE, PAUSE);
    is_about(waited(&limiter, TROUBLED).await, PAUSE, PAUSE * 2);
}

#[tokio::test(start_paused = true)]
async fn a_clear_response_without_a_page_neither_raises_nor_ends_the_back_off() {
    let limiter = limiter();
    waited(&limiter, TROUBLED).await;
    waited(&limiter, RequestOutcome::Odd).await;
    is_about(waited(&limiter, TROUBLED).await, PAUSE, PAUSE);
    is_about(waited(&limiter, RequestOutcome::Odd).await, PAUSE * 2, PAUSE * 4);
}

#[tokio::test(start_paused = true)]
async fn no_request_is_sent_before_a_retry_after_is_over() {
    let limiter = limiter();
    let hour = Duration::from_hours(1);
    waited(&limiter, RequestOutcome::Failed { retry_after: Some(hour) }).await;
    assert!(limiter.wait_estimate() > hour);
    is_about(waited(&limiter, TROUBLED).await, hour, hour + RETRY_AFTER_MARGIN);
    waited(&limiter, RequestOutcome::Refused { retry_after: Some(hour * 6) }).await;
    is_about(waited(&limiter, TROUBLED).await, hour * 6, hour * 6 + RETRY_AFTER_MARGIN);
}

#[tokio::test(start_paused = true)]
async fn refusals_stop_for_an_hour_and_then_for_longer() {
    let limiter = limiter();
    waited(&limiter, REFUSED).await;
    is_about(waited(&limiter, REFUSED).await, STOP, STOP);
    is_about(waited(&limiter, REFUSED).await, STOP * 2, STOP * 2);
    for _ in 0..10 {
        waited(&limiter, REFUSED).await;
    }
    is_about(waited(&limiter, RequestOutcome::Answered).await, REFUSAL_STOP_MAX, REFUSAL_STOP_MAX);
    waited(&limiter, RequestOutcome::Answered).await;
    waited(&limiter, REFUSED).await;
    is_about(waited(&limiter, RequestOutcome::Answered).await, STOP, STOP);
}

#[tokio::test(start_paused = true)]
async fn a_captcha_stops_waiting_requests_and_doubles_the_back_off() {
    let limiter = limiter();
    waited(&limiter, RequestOutcome::Answered).await;
    let before = Instant::now();
    let report = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        limiter.report_refusal();
    };
    let (second, ()) = tokio::join!(waited(&limiter, RequestOutcome::Answered), report);
    is_about(second, STOP, STOP + Duration::from_secs(1));
    limiter.report_refusal();
    is_about(waited(&limiter, RequestOutcome::Answered).await, STOP * 2, STOP * 2);
    assert!(before.elapsed() > STOP * 3);
}

#[test]
fn jitter_stays_between_half_and_all_and_differs_from_service_to_service() {
    let mut jitter = Jitter { seed: 1, drawn: 0 };
    for ceiling in [Duration::ZERO, Duration::from_millis(1), PAUSE, BACKOFF_MAX] {
        for _ in 0..1000 {
            let found = jitter.below(ceiling);
            assert!(found >= ceiling / 2 && found <= ceiling, "{found:?} of {ceiling:?}");
        }
    }
    let first = |seed| Jitter { seed, drawn: 0 }.below(BACKOFF_MAX);
    assert_eq!(first(1), first(1));
    assert!((2..100).any(|seed| first(seed) != first(1)), "never another");
    let seed = |limiter: &RateLimiter| limiter.state().jitter.seed;
    assert_ne!(seed(&limiter()), seed(&limiter()));
}

#[tokio::test(start_paused = true)]
async fn another_pause_never_brings_a_request_forward_and_a_longer_one_holds_at_once() {
    let limiter = limiter();
    waited(&limiter, RequestOutcome::Answered).await;
    let mut next = std::pin::pin!(waited(&limiter, RequestOutcome::Answered));
    tokio::select! {
        _ = &mut next => panic!("too early"),
        () = tokio::time::sleep(PAUSE / 3) => {}
    }
    limiter.change(PAUSE * 4, STOP);
    assert_eq!(limiter.wait_estimate() + PAUSE / 3, PAUSE * 8);
    // One that waits already waits longer.
    is_about(next.await, PAUSE * 4, PAUSE * 4);
    limiter.change(PAUSE / 5, STOP);
    is_about(waited(&limiter, RequestOutcome::Answered).await, PAUSE * 4, PAUSE * 4);
    is_about(waited(&limiter, RequestOutcome::Answered).await, PAUSE / 5, PAUSE / 5);
}

#[tokio::test(start_paused = true)]
async fn throttling_doubles_the_wait_up_to_its_limit() {
    let limiter = limiter();
    waited(&limiter, THROTTLED).await;
    for doublings in 0..10 {
        let ceiling = (PAUSE * THROTTLE_PAUSES * (1 << doublings)).min(BACKOFF_MAX);
        is_about(waited(&limiter, THROTTLED).await, ceiling / 2, ceiling);
    }
    assert!(limiter.is_throttled());
}

#[tokio::test(start_paused = true)]
async fn pages_that_come_in_between_do_not_end_throttling() {
    let limiter = limiter();
    for _ in 0..3 {
        waited(&limiter, THROTTLED).await;
        waited(&limiter, RequestOutcome::Answered).await;
    }
    let ceiling = PAUSE * THROTTLE_PAUSES * 4;
    is_about(waited(&limiter, THROTTLED).await, ceiling / 2, ceiling);
    is_about(waited(&limiter, RequestOutcome::Answered).await, ceiling, ceiling * 2);
}

#[tokio::test(start_paused = true)]
async fn pages_in_a_row_end_throttling_step_by_step() {
    let limiter = limiter();
    for _ in 0..12 {
        waited(&limiter, THROTTLED).await;
    }
    let mut pages = 0;
    let before = Instant::now();
    while limiter.is_throttled() {
        waited(&limiter, RequestOutcome::Answered).await;
        pages += 1;
    }
    assert!(pages <= 5, "{pages}");
    assert!(before.elapsed() <= BACKOFF_MAX * 5 / 2, "{:?}", before.elapsed());
    is_about(waited(&limiter, RequestOutcome::Answered).await, PAUSE, PAUSE);
    is_about(waited(&limiter, THROTTLED).await, PAUSE, PAUSE);
    let ceiling = PAUSE * THROTTLE_PAUSES;
    is_about(waited(&limiter, RequestOutcome::Answered).await, ceiling / 2, ceiling);
}

#[tokio::test(start_paused = true)]
async fn throttling_without_a_time_asks_no_more_often_than_with_one() {
    let week = Duration::from_hours(24 * 7);
    let asked = async |outcome: RequestOutcome| {
        let (limiter, before) = (limiter(), Instant::now());
        let mut requests = 0;
        while before.elapsed() < week {
            waited(&limiter, outcome).await;
            requests += 1;
        }
        requests
    };
    let with = asked(RequestOutcome::Throttled { retry_after: Some(Duration::from_secs(7)) }).await;
    let without = asked(THROTTLED).await;
    assert!(without <= with + with / 20 && without < 7 * 24 * 4, "{without}, {with}");
}
