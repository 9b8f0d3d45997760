//! What every store keeps of what goes out.

use crosslist::store::{Delivery, HubMode, Options, Settlement, Store, Subscription, SubscriptionRequest};
use jiff::civil::{Date, date};

use crate::support::sample::time;

const TOPIC: &str = "https://feeds.example.org/subjects/cs.DC.atom";
const CALLBACK: &str = "https://reader.example.org/hear?user=1";

fn intent(mode: HubMode, challenge: &str) -> SubscriptionRequest {
    SubscriptionRequest {
        topic: TOPIC.to_owned(),
        callback: CALLBACK.to_owned(),
        mode,
        secret: Some("sesame \u{1F511}".to_owned()),
        lease_seconds: 864_000,
        challenge: challenge.to_owned(),
        content: "monday".to_owned(),
        attempts: 0,
        next: time("2026-03-02T02:00:00Z"),
    }
}

/// One of each kind.
pub async fn fill(store: &Store) {
    let first = intent(HubMode::Subscribe, "one");
    store
        .settle_request(&first, &Settlement::Subscribed { expires: time("2026-03-12T02:00:00Z") })
        .await
        .expect("kept");
    let failing = Subscription {
        attempts: 2,
        failing_since: Some(time("2026-03-02T02:01:00Z")),
        ..store.subscriptions().await.expect("read back").remove(0)
    };
    store.update_subscription(&failing).await.expect("kept");
    store.request_subscription(&intent(HubMode::Unsubscribe, "two")).await.expect("kept");
    let papers = [("2603.00001".to_owned(), date(2026, 3, 2)), ("2603.00002".to_owned(), date(2026, 3, 3))];
    let messages = papers.clone().map(|(paper, _)| (paper, "{\"text\":\"\u{1F600}\"}".to_owned()));
    store.enqueue("gpu", "one", &papers, &messages, time("2026-03-03T02:00:00Z")).await.expect("kept");
    let sequence = store.deliveries().await.expect("read back")[0].sequence;
    store.postpone_delivery(sequence, 3, time("2026-03-03T03:00:00Z")).await.expect("kept");
}

/// Everything of it.
pub async fn outgoing(
    options: &Options,
) -> (Vec<SubscriptionRequest>, Vec<Subscription>, Vec<Delivery>, Vec<(String, Date)>) {
    let store = Store::open_to_read(options).await.expect("a store");
    let mut announced = store.announced("gpu", "one").await.expect("read back");
    announced.sort();
    let found = (
        store.subscription_requests().await.expect("read back"),
        store.subscriptions().await.expect("read back"),
        store.deliveries().await.expect("read back"),
        announced,
    );
    store.close().await;
    found
}

pub async fn an_intent_is_open_until_it_is_settled_and_a_later_one_replaces_it(store: Store) {
    let first = intent(HubMode::Subscribe, "one");
    store.request_subscription(&first).await.expect("kept");
    let second = intent(HubMode::Unsubscribe, "two");
    store.request_subscription(&second).await.expect("kept");
    assert_eq!(store.subscription_requests().await.expect("read back"), std::slice::from_ref(&second));
    // What comes of the first says nothing of the second.
    store
        .postpone_request(&SubscriptionRequest { attempts: 5, ..first.clone() })
        .await
        .expect("nothing to do");
    store.settle_request(&first, &Settlement::Refused).await.expect("nothing to do");
    assert_eq!(store.subscription_requests().await.expect("read back"), std::slice::from_ref(&second));
    let later = SubscriptionRequest { attempts: 1, next: time("2026-03-02T02:10:00Z"), ..second };
    store.postpone_request(&later).await.expect("kept");
    assert_eq!(store.subscription_requests().await.expect("read back"), std::slice::from_ref(&later));
    store.settle_request(&later, &Settlement::Refused).await.expect("kept");
    assert_eq!(store.subscription_requests().await.expect("read back"), []);
    assert_eq!(store.subscriptions().await.expect("read back"), []);
}

pub async fn a_subscription_is_renewed_where_it_is_and_ends(store: Store) {
    let first = intent(HubMode::Subscribe, "one");
    store.request_subscription(&first).await.expect("kept");
    store
        .settle_request(&first, &Settlement::Subscribed { expires: time("2026-03-12T02:00:00Z") })
        .await
        .expect("kept");
    let mut known = store.subscriptions().await.expect("read back").remove(0);
    assert_eq!((known.topic.as_str(), known.callback.as_str()), (TOPIC, CALLBACK));
    assert_eq!((known.secret.clone(), known.content.as_str()), (first.secret, "monday"));
    assert_eq!((known.attempts, known.failing_since), (0, None));
    (known.content, known.attempts) = ("tuesday".to_owned(), 2);
    known.failing_since = Some(time("2026-03-03T02:00:00Z"));
    store.update_subscription(&known).await.expect("kept");
    assert_eq!(store.subscriptions().await.expect("read back"), [known.clone()]);
    let again = SubscriptionRequest { secret: None, ..intent(HubMode::Subscribe, "two") };
    store.request_subscription(&again).await.expect("kept");
    store
        .settle_request(&again, &Settlement::Subscribed { expires: time("2026-04-12T02:00:00Z") })
        .await
        .expect("kept");
    let renewed = store.subscriptions().await.expect("read back").remove(0);
    // What was delivered stays so: a renewal is no reason to send it again.
    assert_eq!((renewed.secret.clone(), renewed.content.as_str()), (None, "tuesday"));
    assert_eq!((renewed.expires, renewed.attempts), (time("2026-04-12T02:00:00Z"), 0));
    store.unsubscribe(TOPIC, "https://other.example.org/").await.expect("nothing to do");
    assert_eq!(store.subscriptions().await.expect("read back").len(), 1);
    store
        .settle_request(&intent(HubMode::Unsubscribe, "three"), &Settlement::Unsubscribed)
        .await
        .expect("kept");
    assert_eq!(store.subscriptions().await.expect("read back"), []);
    store.update_subscription(&renewed).await.expect("nothing to do");
    assert_eq!(store.subscriptions().await.expect("read back"), []);
}

pub async fn messages_wait_in_their_order_and_papers_are_announced_once(store: Store) {
    let now = time("2026-03-03T02:00:00Z");
    let paper = |id: &str| (id.to_owned(), date(2026, 3, 3));
    let message = |id: &str| (id.to_owned(), format!("{{\"text\":\"{id}\"}}"));
    let both = [paper("a"), paper("b")];
    store.enqueue("gpu", "one", &both, &[message("a"), message("b")], now).await.expect("kept");
    store.enqueue("gpu", "two", &both[..1], &[message("a")], now).await.expect("kept");
    store.enqueue("gpu", "one", &both, &[], time("2026-03-04T02:00:00Z")).await.expect("known already");
    let mut announced = store.announced("gpu", "one").await.expect("read back");
    announced.sort();
    assert_eq!(announced, both);
    let waiting = store.deliveries().await.expect("read back");
    let shown: Vec<(&str, &str)> =
        waiting.iter().map(|one| (one.target.as_str(), one.event.as_str())).collect();
    assert_eq!(shown, [("one", "a"), ("one", "b"), ("two", "a")]);
    assert_eq!((waiting[0].made, waiting[0].attempts, waiting[0].next), (now, 0, now));
    store.postpone_delivery(waiting[0].sequence, 1, time("2026-03-03T02:05:00Z")).await.expect("kept");
    store.finish_delivery(waiting[1].sequence).await.expect("kept");
    let waiting = store.deliveries().await.expect("read back");
    assert_eq!(waiting.len(), 2);
    assert_eq!((waiting[0].attempts, waiting[0].next), (1, time("2026-03-03T02:05:00Z")));
    let webhook = |target: &str| ("gpu".to_owned(), target.to_owned());
    assert_eq!(store.webhooks().await.expect("read back"), [webhook("one"), webhook("two")]);
    store.forget_webhook("gpu", "two").await.expect("forgotten");
    assert_eq!(store.webhooks().await.expect("read back"), [webhook("one")]);
    assert_eq!(store.deliveries().await.expect("read back").len(), 1);
    // What was taken stays announced, until nobody can ask for it any more.
    assert_eq!(store.announced("gpu", "one").await.expect("read back").len(), 2);
    store.forget_announced(time("2026-03-03T02:00:01Z")).await.expect("forgotten");
    assert_eq!(store.announced("gpu", "one").await.expect("read back"), []);
}
