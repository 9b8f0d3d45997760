//! Of several replicas one tells, and another goes on in its place.

use std::time::Duration;

use crosslist::store::Store;
use jiff::SignedDuration;

use super::receiver::{Receiver, Reply};
use super::workshop::{Workshop, options, webhooks};
use crate::support::database::Database;
use crate::support::sample::MONDAY;
use crate::support::store::open_database;

#[tokio::test]
async fn only_the_one_that_leads_tells_and_another_goes_on_with_what_waits() {
    let Some(database) = Database::make().await else { return };
    let receiver = Receiver::start(|request, _| {
        if request.target.starts_with("/hook") { Reply::status(503) } else { Reply::honest(request) }
    })
    .await;
    let feeds = format!(
        "[[feed]]\nname = 'dc'\nsources = ['cs.DC']\nwebhooks = [{{ kind = 'slack', url = '{}/hook', messages_max = 0 }}]\n",
        receiver.base
    );
    let open = async || open_database(&database.address(), "a test").await.expect("a store");
    let (first, second) = (open().await, open().await);
    first.lead(Duration::ZERO).await.expect("a role");
    let over = |store: &Store| Workshop::over(store.clone(), options(), None, webhooks(&feeds));
    let (leading, following) = (over(&first), over(&second));
    leading.report("the webhooks", |report| !report.webhooks.is_empty()).await;
    for workshop in [&leading, &following] {
        workshop.set("2026-03-03T02:00:00Z");
    }
    // A wish that the follower takes is seen to by the leader.
    following.ask(&format!("{}/reader", receiver.base), true).await;
    leading.report("a subscription", |report| report.subscriptions == 1).await;
    assert_eq!(following.push.report().subscriptions, 0);
    leading.announce(MONDAY, "cs.DC").await;
    following.remember().await;
    leading.report("a failure", |report| report.webhooks[0].deliveries.failed == 1).await;
    let of = |target: &str| receiver.posts().into_iter().filter(|post| post.target == target).count();
    assert_eq!((of("/hook"), of("/reader")), (1, 0));

    leading.kill();
    first.resign().await;
    first.close().await;
    receiver.answers(|request, _| Reply::honest(request));
    second.lead(Duration::ZERO).await.expect("a role");
    following.pass(SignedDuration::from_mins(1));
    following
        .report("a success", |report| report.webhooks.iter().any(|one| one.deliveries.delivered == 1))
        .await;
    following.report("the subscription", |report| report.subscriptions == 1).await;
    following.change("tuesday");
    following.report("a delivery", |report| report.subscribers.delivered == 1).await;
    let hooks: Vec<_> = receiver.posts().into_iter().filter(|post| post.target == "/hook").collect();
    assert_eq!(hooks.len(), 2);
    assert_eq!(hooks[0].header("x-crosslist-event"), hooks[1].header("x-crosslist-event"));
    assert_eq!(of("/reader"), 1);
    drop(following);
    second.resign().await;
    second.close().await;
}
