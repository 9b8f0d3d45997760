//! The service below a path of nginx, by the example of the documents and in two other ways.
//!
//! Where nginx is not installed, this is skipped (`support::tools`).

use std::net::SocketAddr;
use std::process::{Child, Command};
use std::time::Duration;

use crosslist::settings::Sources;
use reqwest::Url;
use tokio::net::{TcpListener, TcpStream};

use super::proxies::{Seen, crawl};
use crate::support::service::Running;
use crate::support::tools::has_tool;
use crate::support::wait::within;

const EXAMPLE: &str = include_str!("../../../docs/examples/nginx-path.conf");

/// An nginx of the test's own; it stops when the test ends.
struct Nginx {
    process: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Nginx {
    /// On an address that is free, with these locations.
    async fn start(address: SocketAddr, locations: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().display();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {at}/{kind};"))
            .concat();
        let configuration = format!(
            "daemon off; master_process off; pid {at}/pid; error_log stderr error;\n\
             events {{ worker_connections 64; }}\n\
             http {{ access_log off; {temporary}\nserver {{ listen {address};\n{locations}\n}} }}\n"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, configuration).expect("a file");
        let process = Command::new("nginx").arg("-c").arg(&file).arg("-p").arg(folder.path()).spawn();
        let nginx = Self { process: process.expect("nginx starts"), address, _folder: folder };
        let answers = async {
            while TcpStream::connect(address).await.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        within("nginx listens", answers).await;
        nginx
    }

    /// Asks below a name that leads to nginx.
    fn client(&self) -> reqwest::Client {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        client.resolve("papers.example", self.address).build().expect("a client")
    }
}

#[tokio::test]
async fn no_link_leaves_a_path_of_nginx_and_a_keyword_survives_it() {
    if !has_tool("nginx", &["-v"]) {
        return;
    }
    let address = TcpListener::bind("127.0.0.1:0").await.and_then(|listener| listener.local_addr());
    let address = address.expect("a port");
    let told = Sources::default().with_override("test", "server.trusted_proxies", "127.0.0.1");
    let told = Running::demo_with(told).await;
    let base = format!("http://papers.example:{}", address.port());
    let set = Sources::default().with_override("test", "server.base_url", &format!("{base}/set"));
    let set = Running::demo_with(set).await;
    for service in [&told, &set] {
        service.get("/subjects/cs.DC.atom").await;
    }
    let locations = [
        EXAMPLE.replace("http://127.0.0.1:8080", &told.base),
        // Left on the path, and told.
        EXAMPLE.replace("http://127.0.0.1:8080/", &told.base).replace("/papers", "/kept"),
        // Taken off by other means, and set; nginx would say its own port here.
        format!(
            "location /set/ {{ rewrite ^/set(/.*)$ $1 break; proxy_pass {}; proxy_set_header Host $host; }}",
            set.base
        ),
    ];
    let nginx = Nginx::start(address, &locations.concat()).await;
    let client = nginx.client();
    for path in ["/papers", "/kept", "/set"] {
        let ask = |address: Url| {
            let request = client.get(address).header("accept", "text/html, */*;q=0.1");
            async move { Seen::of(request.send().await.expect("an answer")).await }
        };
        crawl(&format!("{base}{path}"), ask).await;
        for keyword in
            ["/keywords/TCP%2FIP.json", "/keywords.json?keyword=TCP%2FIP", "/keywords/C%2B%2B.json"]
        {
            let feed = client.get(format!("{base}{path}{keyword}")).send().await.expect("an answer");
            assert_eq!(feed.status(), 200, "{path}{keyword}");
            let body = feed.text().await.expect("a body");
            let feed: serde_json::Value = serde_json::from_str(&body).expect("JSON");
            let own = feed["feed_url"].as_str().expect("an address").to_owned();
            let again = client.get(&own).send().await.expect("an answer");
            assert_eq!(again.text().await.expect("a body"), body, "{own}");
        }
    }
}
