//! Which settings are there, and what may each of them be?

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use ipnet::IpNet;
use tracing_subscriber::EnvFilter;

use super::access;
use super::check::{flag, integer, is_mail_address, list, seconds, seconds_with_fraction, text, web_address};
use super::push;
use super::reader::{Fault, Reader};
use super::value::Given;
use super::{
    CacheSettings, FeedSettings, LimitSettings, LogFormat, LogSettings, NamedSettings, ServerSettings,
    Settings, StoreSettings, SubjectSettings,
};
use crate::domain::taxonomy::SubjectId;
use crate::fetch;
use crate::serve;
use crate::store;

/// The shortest rest between two requests to a machine that is not this one.
const PAUSE_MIN: Duration = Duration::from_secs(3);

/// The longest contact; it travels with every request.
const CONTACT_BYTES_MAX: usize = 200;

/// The levels that stand alone; any other word would be taken for a module's name.
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// Reads every section; what is missing from the result has been reported to the reader.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Settings> {
    let server = server(reader);
    let upstream = upstream(reader);
    let subjects = subjects(reader);
    let store = store(reader);
    if let (Some(subjects), Some(store)) = (&subjects, &store)
        && (1..subjects.fill_days).contains(&store.retention_days)
    {
        let why = format!("at most `store.retention_days`, which is {}", store.retention_days);
        reader.refuse("subjects.fill_days", &why);
    }
    let feeds = feeds(reader, store.as_ref().map(|store| store.window_days));
    let cache = cache(reader);
    let access = access::read(reader);
    let limits = limits(reader);
    let push = push::read(reader, server.as_ref().map(|server| server.base_url.is_some()));
    let log = log(reader);
    Some(Settings {
        server: server?,
        upstream: upstream?,
        subjects: subjects?,
        store: store?,
        feeds: feeds?,
        cache: cache?,
        access: access?,
        limits: limits?,
        push: push?,
        log: log?,
        named: NamedSettings::default(),
    })
}

fn server(reader: &mut Reader<'_>) -> Option<ServerSettings> {
    let address =
        text("write an IP address and a port such as 127.0.0.1:8080", |text| text.parse::<SocketAddr>().ok());
    let listen = reader.take("server.listen", address);
    let workers = reader.take("server.workers", integer::<usize>(0..=256));
    let public = text("write an http or https address without user, query and fragment, or \"\"", |text| {
        if text.is_empty() { Some(None) } else { web_address(text).map(Some) }
    });
    let base_url = reader.take("server.base_url", public);
    let cold_wait = reader.take("server.cold_wait_seconds", seconds(1..=300));
    let trusted_proxies = reader.take("server.trusted_proxies", list(["127.0.0.1", "10.0.0.0/8"], network));
    let delta_agents = reader.take("server.delta_agents", list(["newsboat", "python-reader"], product));
    let connections_max = reader.take("server.connections_max", integer::<usize>(1..=1_000_000));
    Some(ServerSettings {
        listen: listen?,
        workers: NonZeroUsize::new(workers?),
        base_url: base_url?,
        cold_wait: cold_wait?,
        trusted_proxies: trusted_proxies?,
        delta_agents: delta_agents?,
        connections_max: connections_max?,
    })
}

fn upstream(reader: &mut Reader<'_>) -> Option<fetch::UpstreamOptions> {
    let advice = "write an https address such as https://arxiv.org; http is for a loopback host only";
    let secure = |text: &str| {
        web_address(text).filter(|url| url.scheme() == "https" || fetch::UpstreamOptions::is_loopback(url))
    };
    let base_url = reader.take("upstream.base_url", text(advice, secure));
    let contact = reader.take("upstream.contact", text("write a mail or web address, or \"\"", contact));
    let pause = reader.take("upstream.pause_seconds", seconds_with_fraction(3600.0));
    let connect_timeout = reader.take("upstream.connect_timeout_seconds", seconds(1..=3600));
    let read_timeout = reader.take("upstream.read_timeout_seconds", seconds(1..=3600));
    let total_timeout = reader.take("upstream.total_timeout_seconds", seconds(1..=3600));
    let page_bytes_max = reader.take("upstream.page_bytes_max", integer::<usize>(65_536..=268_435_456));

    if let (Some(pause), Some(base_url)) = (pause, &base_url)
        && pause < PAUSE_MIN
        && !fetch::UpstreamOptions::is_loopback(base_url)
    {
        reader.refuse("upstream.pause_seconds", "below 3 only for a loopback upstream");
    }
    if let (Some(read), Some(total)) = (read_timeout, total_timeout)
        && total < read
    {
        refuse_order_of_timeouts(reader, read, total);
    }
    Some(fetch::UpstreamOptions {
        base_url: base_url?,
        contact: contact?,
        pause: pause?,
        connect_timeout: connect_timeout?,
        read_timeout: read_timeout?,
        total_timeout: total_timeout?,
        page_bytes_max: page_bytes_max?,
    })
}

/// Blames the value that came later, since the other one was right before.
fn refuse_order_of_timeouts(reader: &mut Reader<'_>, read: Duration, total: Duration) {
    let (read_key, total_key) = ("upstream.read_timeout_seconds", "upstream.total_timeout_seconds");
    if reader.layer_of(read_key) > reader.layer_of(total_key) {
        let why = format!("at most `total_timeout_seconds`, which is {}", total.as_secs());
        reader.refuse(read_key, &why);
    } else {
        let why = format!("at least `read_timeout_seconds`, which is {}", read.as_secs());
        reader.refuse(total_key, &why);
    }
}

fn subjects(reader: &mut Reader<'_>) -> Option<SubjectSettings> {
    let watch = reader.take("subjects.watch", list(["cs.DC", "quant-ph"], subject));
    let on_demand = reader.take("subjects.on_demand", flag);
    let on_demand_max = reader.take("subjects.on_demand_max", integer::<usize>(0..=1000));
    let fill_days = reader.take("subjects.fill_days", integer::<u32>(0..=90));
    Some(SubjectSettings {
        watch: watch?,
        on_demand: on_demand?,
        on_demand_max: on_demand_max?,
        fill_days: fill_days?,
    })
}

fn store(reader: &mut Reader<'_>) -> Option<StoreSettings> {
    let options = reader.take("store.url", store_url);
    let retention_key = "store.retention_days";
    let retention_days = reader.take(retention_key, integer::<u32>(0..=36500));
    if retention_days.is_some_and(|days| (1..30).contains(&days)) {
        reader.refuse(retention_key, "at least 30, or 0 for ever");
    }
    let window_days = reader.take("store.window_days", integer::<u32>(1..=365));
    Some(StoreSettings { options: options?, retention_days: retention_days?, window_days: window_days? })
}

/// The message is the store's own, for it never repeats the password that an address may hold.
fn store_url(given: &Given) -> Result<store::Options, Fault> {
    let advice = "write sqlite: and the path of a file, or the address of a PostgreSQL database, in quotes";
    let text = given.text().ok_or_else(|| Fault::WrongType(advice.to_owned()))?;
    let said = |error: String| Fault::Parts(vec![(given.span.clone(), format!("`url`: {error}"))]);
    text.parse::<store::Options>().map_err(|error| said(error.to_string()))
}

fn feeds(reader: &mut Reader<'_>, window_days: Option<u32>) -> Option<FeedSettings> {
    let days_key = "feeds.days";
    let days = reader.take(days_key, integer::<u32>(1..=365));
    if let (Some(days), Some(window)) = (days, window_days)
        && days > window
    {
        reader.refuse(days_key, &format!("at most `store.window_days`, which is {window}"));
    }
    let limit = reader.take("feeds.limit", integer::<usize>(1..=2000));
    Some(FeedSettings { days: days?, limit: limit? })
}

fn cache(reader: &mut Reader<'_>) -> Option<CacheSettings> {
    let bytes_max = reader.take("cache.bytes_max", integer::<u64>(0..=17_179_869_184));
    Some(CacheSettings { bytes_max: bytes_max? })
}

fn limits(reader: &mut Reader<'_>) -> Option<LimitSettings> {
    let requests_per_minute = reader.take("limits.requests_per_minute", integer::<u32>(0..=1_000_000_000));
    Some(LimitSettings { requests_per_minute: requests_per_minute? })
}

fn log(reader: &mut Reader<'_>) -> Option<LogSettings> {
    let format = reader.take(
        "log.format",
        text("choose from auto, human, json", |text| match text {
            "auto" => Some(LogFormat::Auto),
            "human" => Some(LogFormat::Human),
            "json" => Some(LogFormat::Json),
            _ => None,
        }),
    );
    let advice = "choose from error, warn, info, debug, trace, or write a filter such as crosslist=debug";
    let level = reader.take("log.level", text(advice, level));
    let requests = reader.take("log.requests", flag);
    let client_addresses = reader.take("log.client_addresses", flag);
    let serving = serve::LogOptions { requests: requests?, client_addresses: client_addresses? };
    Some(LogSettings { format: format?, level: level?, serving })
}

fn contact(text: &str) -> Option<String> {
    // Parentheses would end the User-Agent's comment early.
    let is_plain = |c: char| c.is_ascii_graphic() && !"()\\".contains(c);
    let is_header_text = text.len() <= CONTACT_BYTES_MAX && text.chars().all(is_plain);
    let is_address = text.is_empty() || is_mail_address(text) || web_address(text).is_some();
    (is_header_text && is_address).then(|| text.to_owned())
}

/// An address, or a network such as 10.0.0.0/8.
pub(super) fn network(text: &str, _: &[IpNet]) -> Result<IpNet, String> {
    let address = text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
    address.or_else(|_| text.parse::<IpNet>()).map(|network| network.trunc()).map_err(|_| {
        format!(
            "`{text}` is no address and no network; write one such as 127.0.0.1, 10.0.0.0/8 or 2001:db8::/32"
        )
    })
}

/// A product of a `User-Agent`, without its version: a token (RFC 9110 §5.6.2).
fn product(text: &str, _: &[String]) -> Result<String, String> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if !text.is_empty() && text.chars().all(is_token) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{text}` is no product name; write the first word of a User-Agent before its `/`, such as newsboat"
    ))
}

pub(super) fn subject(text: &str, before: &[SubjectId]) -> Result<SubjectId, String> {
    let subject = SubjectId::parse(text).map_err(|unknown| unknown.to_string())?;
    if before.contains(&subject) {
        return Err(format!("`{text}` is {subject}, which is listed already; keep one"));
    }
    Ok(subject)
}

fn level(text: &str) -> Option<String> {
    let is_level = LEVELS.contains(&text);
    let is_filter = text.contains('=') && EnvFilter::builder().parse(text).is_ok();
    (is_level || is_filter).then(|| text.to_owned())
}
