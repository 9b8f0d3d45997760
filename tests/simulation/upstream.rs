//! arXiv behind the transport: answers each request by the truth and the faults of the moment, and watches the manners.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crosslist::domain::taxonomy::SubjectId;
use crosslist::fetch::{NoResponse, PendingResponse, Transport};
use futures_util::stream;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Body, Request, Response, Url};

use crate::faults::{Answer, Does, HTML, Piece, Scene};
use crate::page::Asked;
use crate::plan::{Pages, Plan, Trouble};
use crate::random::Random;
use crate::service::{PAUSE, Passage};
use crate::world::{CATCHUP_DAYS, World};

/// How long an answer takes.
const LATENCY: Duration = Duration::from_millis(200);

/// For how long arXiv's edge keeps a catch-up page.
const EDGE_KEEPS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What a `Retry-After` is taken for at most: whoever is asked to stay away for longer would miss a mailing.
const RETRY_AFTER_MAX: SignedDuration = SignedDuration::from_hours(6);

/// How long a refusal, a 403 or 451, is to be respected at least.
const REFUSAL_STOP: SignedDuration = SignedDuration::from_hours(1);

/// Tokio's timer counts milliseconds, and this clock nanoseconds.
const TOLERANCE: SignedDuration = SignedDuration::from_millis(5);

/// arXiv, and what was asked of it.
#[derive(Debug)]
pub struct Arxiv {
    pub world: World,
    pub plan: Plan,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    is_asked: bool,
    /// When the last request ended, and in which run of the service.
    ended: Option<(usize, Timestamp)>,
    /// What was last said of staying away.
    told_to_wait: Option<ToldToWait>,
    refused_until: Option<Timestamp>,
    requests: Vec<Noted>,
    /// Catch-up pages that were asked for before their mailing was out.
    kept_empty: BTreeMap<(SubjectId, Date), Timestamp>,
    /// How many requests have met each trouble of the plan.
    met: Vec<usize>,
    held: BTreeMap<(SubjectId, Date), BTreeSet<String>>,
    complaints: Vec<String>,
}

/// A `Retry-After`.
#[derive(Clone, Copy, Debug)]
struct ToldToWait {
    /// The run of the service that got it, and when.
    run: usize,
    at: Timestamp,
    until: Timestamp,
}

/// A request that came, and the fault that it met.
#[derive(Clone, Copy, Debug)]
pub struct Noted {
    pub at: Timestamp,
    pub subject: SubjectId,
    pub asked: Asked,
    pub fault: Option<&'static str>,
}

/// The line that one run of the service asks over.
pub struct Line {
    pub arxiv: Arc<Arxiv>,
    pub passage: Passage,
    /// Which run of the service this is.
    pub run: usize,
}

/// A request that is going on, until its body has ended or was given up.
struct Seat {
    arxiv: Arc<Arxiv>,
    passage: Passage,
    run: usize,
}

impl Arxiv {
    pub fn new(world: World, plan: Plan) -> Arc<Self> {
        let state = State { met: vec![0; plan.troubles.len()], ..State::default() };
        Arc::new(Self { world, plan, state: Mutex::new(state) })
    }

    /// The service shows these papers for a day.
    pub fn holds(&self, subject: SubjectId, date: Date, papers: BTreeSet<String>) {
        self.state().held.insert((subject, date), papers);
    }

    pub fn complain(&self, at: Timestamp, complaint: &str) {
        self.state().complaints.push(format!("{at} {complaint}"));
    }

    pub fn complaints(&self) -> Vec<String> {
        self.state().complaints.clone()
    }

    pub fn requests(&self) -> Vec<Noted> {
        self.state().requests.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, url: &Url, tag: Option<&str>, now: Timestamp, run: usize) -> Answer {
        let Some((subject, asked)) = understood(url) else {
            self.complain(now, &format!("{url} was asked for"));
            return Answer::status(404, &[], "");
        };
        let trouble = self.plan.troubles.iter().position(|trouble| trouble.meets(now, subject, asked));
        let fault = trouble.map(|index| self.plan.troubles[index].fault.name);
        self.state().requests.push(Noted { at: now, subject, asked, fault });
        let (count, drawn) = self.meet(trouble);
        let scene = Scene {
            world: &self.world,
            now,
            subject,
            asked,
            is_redirected: url.query_pairs().any(|(key, _)| key == "r"),
            count,
            page_size: self.plan.page_size,
            drawn,
            holds_the_day_before: self.holds_the_day_before(subject, now),
        };
        let answer = match trouble.map(|index| self.plan.troubles[index].fault.does) {
            _ if is_out_of_range(asked, now) => Answer::status(
                400,
                &[("content-type", HTML)],
                "Invalid date. Catchup only allowed for past 90 days",
            ),
            Some(Does::Answer(answer)) => answer(&scene),
            Some(Does::Tamper(tamper)) => {
                let mut sheet = scene.sheet();
                tamper(&scene, &mut sheet);
                Answer::page(sheet.write(&self.world).into_bytes(), HTML)
            }
            Some(Does::Rewrite(rewrite)) => Answer::page(rewrite(&scene, scene.text()).into_bytes(), HTML),
            None => self.tagged(self.at_the_edge(&scene), tag),
        };
        self.remember_wish(&answer, now, run);
        answer
    }

    /// The page as the edge has it: one that was asked for too early stays empty.
    fn at_the_edge(&self, scene: &Scene<'_>) -> Answer {
        let Asked::Catchup { date } = scene.asked else { return scene.honest() };
        let key = (scene.subject, date);
        let mut state = self.state();
        let is_to_come = self.world.mailing(date).is_some_and(|mailing| mailing.out > scene.now);
        if is_to_come {
            state.kept_empty.entry(key).or_insert(scene.now + EDGE_KEEPS);
        }
        let is_kept = state.kept_empty.get(&key).is_some_and(|until| scene.now < *until);
        drop(state);
        let mut sheet = scene.sheet();
        if is_kept {
            sheet.entries.clear();
        }
        Answer::page(sheet.write(&self.world).into_bytes(), HTML)
    }

    /// arXiv gives no tags today; its caches and mirrors may.
    fn tagged(&self, answer: Answer, known: Option<&str>) -> Answer {
        match answer {
            Answer::Head { status: 200, mut headers, body } if self.plan.gives_tags => {
                let mut hasher = DefaultHasher::new();
                for piece in &body {
                    if let Piece::Bytes(bytes) = piece {
                        bytes.hash(&mut hasher);
                    }
                }
                let tag = format!("\"{:x}\"", hasher.finish());
                if known == Some(&tag) {
                    return Answer::status(304, &[("etag", &tag)], "");
                }
                headers.push(("etag", tag));
                Answer::Head { status: 200, headers, body }
            }
            other => other,
        }
    }

    fn meet(&self, trouble: Option<usize>) -> (usize, usize) {
        let mut state = self.state();
        let drawn = Random::new(self.plan.seed, &format!("request {}", state.requests.len())).below(1 << 20);
        let count = trouble.map_or(0, |index| {
            state.met[index] += 1;
            state.met[index] - 1
        });
        (count, drawn)
    }

    fn holds_the_day_before(&self, subject: SubjectId, now: Timestamp) -> bool {
        let Some(before) = self.world.newest_but_one(now) else { return false };
        let truth = self.world.truth(before.date, subject);
        let truth: BTreeSet<&str> =
            truth.iter().map(|entry| self.world.papers[entry.paper].id.as_str()).collect();
        let state = self.state();
        let held = state.held.get(&(subject, before.date));
        held.is_some_and(|held| held.iter().map(String::as_str).eq(truth))
    }

    /// Puts down for how long the service is to stay away.
    fn remember_wish(&self, answer: &Answer, now: Timestamp, run: usize) {
        let Answer::Head { status, headers, .. } = answer else { return };
        let mut state = self.state();
        if matches!(status, 403 | 451) {
            state.refused_until = Some(now + REFUSAL_STOP);
        }
        let header = headers.iter().find(|(name, _)| *name == "retry-after");
        let seconds =
            header.map(|(_, value)| value).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
        let wait = match (seconds, header) {
            (Some(seconds), _) => {
                seconds.parse().map_or(RETRY_AFTER_MAX, SignedDuration::from_secs).min(RETRY_AFTER_MAX)
            }
            // The one date in use lies an hour ahead.
            (None, Some((_, value))) if value.ends_with("GMT") => SignedDuration::from_hours(1),
            _ => return,
        };
        state.told_to_wait = Some(ToldToWait { run, at: now, until: now + wait });
    }
}

/// arXiv gives no catch-up of a day to come, and none that is older than 91 days.
fn is_out_of_range(asked: Asked, now: Timestamp) -> bool {
    let today = now.to_zoned(TimeZone::UTC).date();
    let oldest = today.saturating_sub(SignedDuration::from_hours(24 * (CATCHUP_DAYS + 1)));
    matches!(asked, Asked::Catchup { date } if date > today || date < oldest)
}

/// Whose page is asked for, where the address is one that arXiv has.
fn understood(url: &Url) -> Option<(SubjectId, Asked)> {
    if url.scheme() != "https" || url.host_str() != Some("arxiv.org") || url.port().is_some() {
        return None;
    }
    let parts: Vec<&str> = url.path_segments()?.collect();
    let parameter =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    match parts[..] {
        ["list", subject, "new"] => {
            let skip = parameter("skip").map_or(Some(0), |skip| skip.parse().ok())?;
            Some((SubjectId::parse(subject).ok()?, Asked::New { skip }))
        }
        ["catchup", subject, date] if parameter("abs").as_deref() == Some("True") => {
            Some((SubjectId::parse(subject).ok()?, Asked::Catchup { date: date.parse().ok()? }))
        }
        _ => None,
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}

impl Transport for Line {
    fn send(&self, request: Request) -> PendingResponse {
        let (arxiv, passage, run) = (self.arxiv.clone(), self.passage, self.run);
        Box::pin(async move {
            let seat = Seat::take(arxiv.clone(), passage, run);
            tokio::time::sleep(LATENCY).await;
            let tag = request.headers().get("if-none-match").and_then(|tag| tag.to_str().ok());
            match arxiv.answer(request.url(), tag, passage.now(), run) {
                Answer::Nothing { after, is_timeout } => {
                    tokio::time::sleep(after).await;
                    Err(NoResponse { is_timeout, cause: "the simulated connection failed".to_owned() })
                }
                Answer::Head { status, headers, body } => Ok(response(status, &headers, body, seat)),
            }
        })
    }
}

fn response(status: u16, headers: &[(&'static str, String)], body: Vec<Piece>, seat: Seat) -> Response {
    let mut head = http::Response::builder().status(status);
    for (name, value) in headers {
        // The HTTP library takes bytes that no `&str` header would.
        let value = http::HeaderValue::from_bytes(value.as_bytes());
        head = head.header(*name, value.unwrap_or(http::HeaderValue::from_static("x")));
    }
    let pieces = stream::unfold((body.into_iter(), seat), |(mut pieces, seat)| async move {
        loop {
            let kind = match pieces.next()? {
                Piece::Bytes(bytes) => return Some((Ok(bytes), (pieces, seat))),
                Piece::Silence(silence) => {
                    tokio::time::sleep(silence).await;
                    continue;
                }
                Piece::Broken => io::ErrorKind::ConnectionReset,
                Piece::TimedOut => io::ErrorKind::TimedOut,
            };
            return Some((Err(io::Error::from(kind)), (pieces, seat)));
        }
    });
    Response::from(head.body(Body::wrap_stream(pieces)).expect("a response"))
}

impl Seat {
    fn take(arxiv: Arc<Arxiv>, passage: Passage, run: usize) -> Self {
        let now = passage.now();
        let mut state = arxiv.state();
        let mut complaints = Vec::new();
        if state.is_asked {
            complaints.push("two requests at once".to_owned());
        }
        if let Some((of, ended)) = state.ended
            && of == run
            && now.duration_since(ended) + TOLERANCE < PAUSE
        {
            complaints.push(format!("asked again {} after the last request", now.duration_since(ended)));
        }
        if let Some(told) = state.told_to_wait
            && (told.run == run || arxiv.plan.is_kept_over_restarts(told.at))
            && now + TOLERANCE < told.until
        {
            complaints.push(format!("asked again before {}, when a Retry-After is over", told.until));
        }
        if let Some(until) = state.refused_until
            && now + TOLERANCE < until
        {
            complaints.push(format!("asked again before {until} after a refusal"));
        }
        state.is_asked = true;
        state.complaints.extend(complaints.into_iter().map(|complaint| format!("{now} {complaint}")));
        drop(state);
        Self { arxiv, passage, run }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let is_running = tokio::runtime::Handle::try_current().is_ok();
        let ended = is_running.then(|| (self.run, self.passage.now()));
        let mut state = self.arxiv.state();
        state.is_asked = false;
        // A run that was killed asks no more.
        state.ended = ended;
    }
}

impl Trouble {
    fn meets(&self, now: Timestamp, subject: SubjectId, asked: Asked) -> bool {
        let is_page = match self.pages {
            Pages::All => true,
            Pages::New => matches!(asked, Asked::New { .. }),
            Pages::Catchup => matches!(asked, Asked::Catchup { .. }),
        };
        is_page && self.from <= now && now < self.until && self.subject.is_none_or(|other| other == subject)
    }
}
