//! Drives a browser over `WebDriver` and the `DevTools` protocol.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::Url;

use crate::support::tools::skip;
use crate::support::wait::DEADLINE;

/// How much of a long page is in its picture, in pixels.
const PICTURE_HEIGHT_MAX: u64 = 4_000;

/// One browser at a time: the machine of a test may be small.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A browser of its own for a test; it closes with the test.
pub struct Browser {
    pub client: Client,
    driver: Child,
    // Taken down after the driver and the browser.
    profile: tempfile::TempDir,
    _turn: tokio::sync::MutexGuard<'static, ()>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        // A driver that is killed leaves its browser running, which has all processes of its own say whose they are.
        let start = Instant::now();
        loop {
            let left = processes_of(self.profile.path());
            if left.is_empty() {
                break;
            }
            let _ = Command::new("kill").arg("-KILL").args(&left).stderr(Stdio::null()).status();
            if start.elapsed() > DEADLINE {
                eprintln!("a browser does not end: {left:?}");
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The processes that name this profile in their arguments.
fn processes_of(profile: &Path) -> Vec<String> {
    let named = profile.as_os_str().as_encoded_bytes();
    let is_of_profile = |id: &String| {
        let arguments = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        arguments.windows(named.len()).any(|part| part == named)
    };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let ids = entries.filter_map(|entry| entry.file_name().into_string().ok());
    ids.filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).filter(is_of_profile).collect()
}

/// A command that Chromium adds to the standard.
#[derive(Debug)]
struct Told {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Told {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(self.body.to_string()))
    }
}

impl Browser {
    /// A browser, or none where there is none and none is required.
    pub async fn open() -> Option<Self> {
        let turn = ONE_AT_A_TIME.lock().await;
        let driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut driver) = driver else {
            skip("chromedriver could not be started; Debian has it as chromium-driver");
            return None;
        };
        let mut lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        // The driver must not be stopped by a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let profile = tempfile::tempdir().expect("a folder");
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--hide-scrollbars",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let capabilities = capabilities.as_object().expect("an object").clone();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", port.expect("the driver's port")))
            .await
            .expect("a browser");
        Some(Self { client, driver, profile, _turn: turn })
    }

    /// A command of the browser's own protocol.
    pub async fn tell(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.client.issue_cmd(Told { path: "goog/cdp/execute", body }).await.expect(command)
    }

    /// The room for the page, and the colours that the reader likes.
    pub async fn show(&self, width: u32, height: u32, scheme: &str) {
        let room = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.tell("Emulation.setDeviceMetricsOverride", room).await;
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.tell("Emulation.setEmulatedMedia", features).await;
    }

    pub async fn find(&self, selector: &str) -> Element {
        let found = self.client.find(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    pub async fn click(&self, selector: &str) {
        let clicked = self.find(selector).await.click().await;
        clicked.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    pub async fn type_into(&self, selector: &str, keys: &str) {
        self.find(selector).await.send_keys(keys).await.expect(selector);
    }

    /// What a field holds now.
    pub async fn value(&self, selector: &str) -> String {
        self.find(selector).await.prop("value").await.expect(selector).unwrap_or_default()
    }

    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.expect(script)
    }

    /// Waits until a condition of the page holds.
    pub async fn until(&self, condition: &str) {
        let start = Instant::now();
        while self.run(&format!("return Boolean({condition})")).await != Value::Bool(true) {
            assert!(start.elapsed() < DEADLINE, "never: {condition}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Leaves a picture of the whole page for the eye.
    pub async fn picture(&self, name: &str, width: u32, scheme: &str) {
        let folder = pictures();
        std::fs::create_dir_all(&folder).expect("a folder");
        let height =
            self.run("return document.documentElement.scrollHeight").await.as_u64().unwrap_or_default();
        let height = u32::try_from(height.min(PICTURE_HEIGHT_MAX)).expect("a few thousand");
        self.show(width, height, scheme).await;
        let picture = self.client.screenshot().await.expect("a picture");
        std::fs::write(folder.join(format!("{name}-{width}-{scheme}.png")), picture).expect("a file");
    }

    /// What the browser complained of since it was last asked.
    pub async fn complaints(&self) -> Vec<String> {
        let body = json!({ "type": "browser" });
        let log = self.client.issue_cmd(Told { path: "se/log", body }).await.expect("the log");
        let entries = log.as_array().expect("a list").iter();
        entries.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

fn pictures() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../screenshots")
}
