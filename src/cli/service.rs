//! `crosslist refresh` and `crosslist health`: requests to a running service.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use serde::Deserialize;

use crate::fetch;
use crate::startup::operator_token;
use crate::store;

use super::failure::Failure;
use super::global::GlobalArguments;
use super::output::{self, print};
use super::runtime::runtime;
use super::values::subjects;

/// The longest wait for an answer of `/healthz`.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest wait for a refresh: forty subjects at the polite pace take ten minutes.
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

pub(super) fn refresh(global: &GlobalArguments, arguments: &RefreshArguments) -> Result<(), Failure> {
    let subjects = subjects(&arguments.subjects)?;
    let names: Vec<&str> = subjects.iter().map(|subject| subject.as_str()).collect();
    let query = if names.is_empty() { String::new() } else { format!("?subjects={}", names.join(",")) };
    let url = format!("{}/admin/refresh{query}", service_url(global)?);
    let settings = global.settings(&[])?;
    let key = match settings.access.operator_keys().next() {
        Some(key) => key.to_owned(),
        None => token(&settings.store.options)?,
    };
    let body = request(&url, reqwest::Method::POST, Some(&key), REFRESH_TIMEOUT)?;
    let rows: Vec<Row> = serde_json::from_str(&body)
        .map_err(|_| Failure::running(format!("the answer of `{url}` is not one of crosslist")))?;
    if rows.is_empty() {
        return print("the service reads no subject yet\n");
    }
    let headings = ["subject", "verdict", "listing", "new", "cross", "replaced", "reason"];
    let columns = rows.iter().map(|row| {
        [
            row.subject.clone(),
            row.verdict.clone(),
            row.listing_date.clone().unwrap_or_else(|| "-".to_owned()),
            row.new.to_string(),
            row.cross.to_string(),
            row.replace.to_string(),
            row.reason.clone(),
        ]
    });
    print(&format!("{}\n", output::table(headings, columns)))?;
    if rows.iter().all(|row| matches!(row.verdict.as_str(), "complete" | "quiet")) {
        Ok(())
    } else {
        Err(Failure::running("not every subject could be read"))
    }
}

/// The token that the service wrote beside its store.
fn token(store: &store::Options) -> Result<String, Failure> {
    let store::Options::Sqlite(store) = store else {
        return Err(Failure::wrong(
            "a PostgreSQL store has no token file: set `access.admin_keys` for the service and for this command",
        ));
    };
    let path = operator_token::path(store);
    operator_token::read(&path).map_err(|error| {
        let path = path.display();
        Failure::running(format!(
            "cannot read the token `{path}`: {error}; a service with this store writes it when it starts, readable by its own user only; a key of `access.admin_keys` works too"
        ))
    })
}

pub(super) fn health(global: &GlobalArguments) -> Result<(), Failure> {
    request(&format!("{}/healthz", service_url(global)?), reqwest::Method::GET, None, HEALTH_TIMEOUT)
        .map(drop)
}

/// The addresses on this machine at which a service that listens on `listen` can be reached, the likeliest first.
///
/// A service that listens on `[::]` is reached by IPv4 too, which containers without IPv6 have.
fn local_addresses(listen: SocketAddr) -> Vec<SocketAddr> {
    let ips = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => vec![Ipv4Addr::LOCALHOST.into()],
        IpAddr::V6(ip) if ip.is_unspecified() => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        ip => vec![ip],
    };
    ips.into_iter().map(|ip| SocketAddr::new(ip, listen.port())).collect()
}

/// The base URL of the service: the first of its addresses that takes a connection, else the likeliest.
fn service_url(global: &GlobalArguments) -> Result<String, Failure> {
    let addresses = local_addresses(global.settings(&[])?.server.listen);
    let answers = |address: &&SocketAddr| TcpStream::connect_timeout(address, HEALTH_TIMEOUT).is_ok();
    // With one address, the request itself gives the better error.
    let found = if addresses.len() > 1 { addresses.iter().find(answers) } else { None };
    Ok(format!("http://{}", found.unwrap_or(&addresses[0])))
}

/// Sends a request to the service, with a key if one is given, and returns the body of the answer.
fn request(
    url: &str,
    method: reqwest::Method,
    key: Option<&str>,
    timeout: Duration,
) -> Result<String, Failure> {
    runtime()?.block_on(async {
        let unreachable = |_| {
            Failure::running(format!(
                "no service answers at `{url}`; is it running, and is `server.listen` its address?"
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
        let addresses = local_addresses(listen.parse().expect("an address"));
        let addresses: Vec<String> = addresses.iter().map(SocketAddr::to_string).collect();
        assert_eq!(addresses, expected);
    }

    #[test]
    fn a_service_that_listens_on_all_addresses_is_reached_on_loopback() {
        check("[::]:8080", &["127.0.0.1:8080", "[::1]:8080"]);
        check("0.0.0.0:8080", &["127.0.0.1:8080"]);
        check("[::1]:8080", &["[::1]:8080"]);
        check("192.0.2.1:8080", &["192.0.2.1:8080"]);
    }
}
