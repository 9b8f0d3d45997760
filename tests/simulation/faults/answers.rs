//! Answers that are no page: refusals, throttles, errors, redirects, captchas, and other media.

use jiff::SignedDuration;

use super::{Answer, Fault, HTML, Scene, answer};
use crate::page::Asked;

pub const FAULTS: &[Fault] = &[
    answer("429", |_| throttled(429, &[("retry-after", "7")])),
    answer("429_date", |scene| {
        let later = scene.now + SignedDuration::from_hours(1);
        throttled(429, &[("date", &http_date(scene.now)), ("retry-after", &http_date(later))])
    }),
    answer("429_long", |_| throttled(429, &[("retry-after", "7200")])),
    answer("429_huge", |_| throttled(429, &[("retry-after", "99999999999999999999")])),
    answer("429_bad", |_| throttled(429, &[("retry-after", "-5; soon")])),
    answer("429_bare", |_| throttled(429, &[])),
    // arXiv's edge sheds load with an empty 406 since September 2026, for hours and whatever is asked.
    answer("406", |_| throttled(406, &[])),
    answer("406_429", |scene| throttled(if scene.count.is_multiple_of(3) { 406 } else { 429 }, &[])),
    answer("406_some", |scene| if scene.drawn % 10 < 7 { throttled(406, &[]) } else { scene.honest() }),
    answer("406_new", |scene| match scene.asked {
        Asked::New { .. } => throttled(406, &[]),
        Asked::Catchup { .. } => scene.honest(),
    }),
    answer("408", |_| throttled(408, &[])),
    answer("421", |_| throttled(421, &[])),
    answer("425", |_| throttled(425, &[])),
    answer("418", |_| throttled(418, &[])),
    answer("captcha403", |_| {
        page(403, "<title>Attention Required</title><form id=captcha>prove you are human</form>")
    }),
    answer("captcha200", |_| {
        page(200, "<title>Just a moment...</title><noscript>Enable JavaScript</noscript>")
    }),
    answer("400", |_| page(400, "<h1>400</h1>")),
    answer("401", |_| page(401, "<h1>401</h1>")),
    answer("404", |_| page(404, "<h1>404</h1>")),
    answer("410", |_| page(410, "<h1>410</h1>")),
    answer("451", |_| page(451, "<h1>451</h1>")),
    answer("500", |_| page(500, "<h1>500</h1>")),
    answer("501", |_| page(501, "<h1>501</h1>")),
    answer("502", |_| page(502, "<h1>502</h1>")),
    answer("503", |_| page(503, "<h1>503</h1>")),
    answer("503_retry", |_| throttled(503, &[("retry-after", "300")])),
    answer("504", |_| page(504, "<h1>504</h1>")),
    answer("520", |_| page(520, "<h1>520</h1>")),
    answer("200_empty", |_| Answer::page(b" ".to_vec(), HTML)),
    answer("204", |_| Answer::status(204, &[], "")),
    answer("206", |_| {
        Answer::status(206, &[("content-range", "bytes 0-20/9999")], "<html><body><dl id='art")
    }),
    answer("304_unasked", |_| Answer::status(304, &[], "")),
    answer("maintenance", |_| page(200, "<h1>arXiv is down for scheduled maintenance</h1>")),
    answer("json", |_| Answer::page(b"{\"entries\": []}".to_vec(), "application/json")),
    answer("pdf", |_| Answer::page(b"%PDF-1.4 %%EOF".to_vec(), "application/pdf")),
    answer("redir_loop", |scene| moved(&path(scene))),
    answer("redir_meta", |_| moved("http://169.254.169.254/latest/meta-data/")),
    answer("redir_file", |_| moved("file:///etc/passwd")),
    answer("redir_gopher", |_| moved("gopher://127.0.0.1:25/_HELO")),
    answer("redir_otherhost", |_| moved("https://evil.invalid/list/cs.DC/new")),
    answer("redir_otherport", |_| moved("https://arxiv.org:9/list/cs.DC/new")),
    answer("redir_userinfo", |_| moved("https://arxiv.org@evil.invalid/")),
    answer("redir_empty", |_| moved("")),
    answer("redir_none", |_| Answer::status(302, &[], "")),
    answer("redir_crlf", |_| moved("/list/x\tSet-Cookie:a=b")),
    answer("redir_chain", |scene| moved(&format!("{}&n={}", path(scene), scene.count + 1))),
    answer("redir_same", |scene| if scene.is_redirected { scene.honest() } else { moved(&path(scene)) }),
    answer("storm", |scene| match scene.drawn % 10 {
        0 => page(500, ""),
        1 => page(502, ""),
        2 => page(503, ""),
        3 => throttled(429, &[("retry-after", "7")]),
        4 | 5 => super::connection::reset_mid(scene),
        _ => scene.honest(),
    }),
    answer("flap", |scene| if scene.count % 3 == 2 { scene.honest() } else { page(503, "") }),
];

/// An empty body, as arXiv's edge sends it.
fn throttled(status: u16, headers: &[(&'static str, &str)]) -> Answer {
    Answer::status(status, headers, "")
}

fn page(status: u16, inner: &str) -> Answer {
    Answer::status(status, &[("content-type", HTML)], &format!("<html><body>{inner}</body></html>"))
}

fn moved(location: &str) -> Answer {
    Answer::status(302, &[("location", location)], "")
}

/// The address that was asked, marked as one that a redirect leads to.
fn path(scene: &Scene<'_>) -> String {
    let subject = scene.subject;
    match scene.asked {
        Asked::New { skip: 0 } => format!("/list/{subject}/new?r=1"),
        Asked::New { skip } => format!("/list/{subject}/new?skip={skip}&show=2000&r=1"),
        Asked::Catchup { date } => format!("/catchup/{subject}/{date}?abs=True&r=1"),
    }
}

fn http_date(at: jiff::Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
