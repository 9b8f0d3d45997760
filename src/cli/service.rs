//! `crosslist refresh` and `crosslist health`: what a running service is asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde::Deserialize;

use crate::fetch;
use crate::startup::operator_token;
use crate::store;

use super::{Failure, print, runtime, subjects};

/// How long the service may take to say that it is alive.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a round may take: forty subjects at the polite pace take ten minutes.
const REFRESH_TIMEOUT: Duration = Duration::from_mins(30);

#[derive(clap::Args, Debug)]
pub(super) struct RefreshArguments {
    /// Subjects such as cs.DC or quant-ph [default: all that the service reads]
    #[arg(value_name = "SUBJECT")]
    subjects: Vec<String>,
}

/// A row of the answer of `/admin/refresh`.
#[derive(Debug, Deserialize)]
struct Row {
    subject: String,
    verdict: String,
    listing_date: Option<String>,
    new: usize,
    cross: usize,
    replace: usize,
    reason: String,
}

pub(super) fn refresh(global: &super::Arguments, arguments: &RefreshArguments) -> Result<(), Failure> {
    let subjects = subjects(&arguments.subjects)?;
    let names: Vec<&str> = subjects.iter().map(|subject| subject.as_str()).collect();
    let query = if names.is_empty() { String::new() } else { format!("?subjects={}", names.join(",")) };
    let url = format!("{}/admin/refresh{query}", service(global)?);
    let settings = global.settings()?;
    let key = match settings.access.admin_keys.iter().next() {
        Some(key) => key.to_owned(),
        None => token(&settings.store.options)?,
    };
    let body = ask(&url, reqwest::Method::POST, Some(&key), REFRESH_TIMEOUT)?;
    let rows: Vec<Row> = serde_json::from_str(&body)
        .map_err(|_| Failure::running(format!("`{url}` answered something that is no crosslist's")))?;
    if rows.is_empty() {
        return print("the service reads no subject yet\n");
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_header([
        "subject",
        "verdict",
        "listing",
        "new",
        "cross",
        "replaced",
        "what was found",
    ]);
    for row in &rows {
        let date = row.listing_date.clone().unwrap_or_else(|| "-".to_owned());
        let counts = [row.new, row.cross, row.replace].map(|count| count.to_string());
        let [new, cross, replace] = counts;
        table.add_row([
            row.subject.clone(),
            row.verdict.clone(),
            date,
            new,
            cross,
            replace,
            row.reason.clone(),
        ]);
    }
    print(&format!("{}\n", table.trim_fmt()))?;
    if rows.iter().all(|row| matches!(row.verdict.as_str(), "complete" | "quiet")) {
        Ok(())
    } else {
        Err(Failure::running("not every subject could be read"))
    }
}

/// The token that the service has put beside its store.
fn token(store: &store::Options) -> Result<String, Failure> {
    let store::Options::Sqlite(store) = store else {
        return Err(Failure::wrong(
            "a store in PostgreSQL has no token beside it: set `access.admin_keys`, for the service and for this command",
        ));
    };
    let place = operator_token::place(store);
    operator_token::read(&place).map_err(|error| {
        let place = place.display();
        Failure::running(format!(
            "cannot read the token `{place}`: {error}; a service that keeps its store there writes it when it starts, and its user alone may read it; a key of `access.admin_keys` does as well"
        ))
    })
}

pub(super) fn health(global: &super::Arguments) -> Result<(), Failure> {
    ask(&format!("{}/healthz", service(global)?), reqwest::Method::GET, None, HEALTH_TIMEOUT).map(drop)
}

/// The addresses of the service as the settings have it, seen from this machine, the likeliest first.
///
/// One that listens on `[::]` is reached by IPv4 too, which is there also where a container has no IPv6.
fn reachable(listen: SocketAddr) -> Vec<SocketAddr> {
    let ips = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => vec![Ipv4Addr::LOCALHOST.into()],
        IpAddr::V6(ip) if ip.is_unspecified() => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        ip => vec![ip],
    };
    ips.into_iter().map(|ip| SocketAddr::new(ip, listen.port())).collect()
}

/// The address of the service, seen from this machine: the first that takes a connection, or that would be it.
fn service(global: &super::Arguments) -> Result<String, Failure> {
    let addresses = reachable(global.settings()?.server.listen);
    let answers = |address: &&SocketAddr| TcpStream::connect_timeout(address, HEALTH_TIMEOUT).is_ok();
    // Where there is one alone, asking says more than looking whether it could be asked.
    let found = if addresses.len() > 1 { addresses.iter().find(answers) } else { None };
    Ok(format!("http://{}", found.unwrap_or(&addresses[0])))
}

/// Asks the service, with an operator's key where there is one.
fn ask(url: &str, method: reqwest::Method, key: Option<&str>, timeout: Duration) -> Result<String, Failure> {
    runtime()?.block_on(async {
        let unreachable = |_| {
            Failure::running(format!(
                "no crosslist answers at `{url}`; is it running, and is `server.listen` its address?"
            ))
        };
        fetch::install_cryptography();
        let client = reqwest::Client::builder().no_proxy().timeout(timeout).build().map_err(unreachable)?;
        let request = client.request(method, url);
        let request = match key {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let body = response.text().await.map_err(unreachable)?;
        if status.is_success() {
            return Ok(body);
        }
        let detail = serde_json::from_str::<serde_json::Value>(&body).ok();
        let detail =
            detail.as_ref().and_then(|problem| problem.get("detail")).and_then(|detail| detail.as_str());
        Err(Failure::running(format!("`{url}` answered {status}: {}", detail.unwrap_or("no reason given"))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(listen: &str, expected: &[&str]) {
        let addresses = reachable(listen.parse().expect("an address"));
        let addresses: Vec<String> = addresses.iter().map(SocketAddr::to_string).collect();
        assert_eq!(addresses, expected);
    }

    #[test]
    fn a_service_that_listens_everywhere_is_reached_from_here() {
        check("[::]:8080", &["127.0.0.1:8080", "[::1]:8080"]);
        check("0.0.0.0:8080", &["127.0.0.1:8080"]);
        check("[::1]:8080", &["[::1]:8080"]);
        check("192.0.2.1:8080", &["192.0.2.1:8080"]);
    }
}
