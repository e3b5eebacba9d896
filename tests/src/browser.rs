//! A browser without a window, driven by the `DevTools` protocol over two pipes: no port, no library.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

/// Where a browser may be: what distributions call it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// However slow the machine is: after this it is ended, and whoever waits for it fails.
const LIFE: Duration = Duration::from_mins(3);

/// A running browser with one page.
pub struct Browser {
    child: Child,
    to: File,
    from: BufReader<File>,
    next: u64,
    session: Option<String>,
    events: Vec<Value>,
    _folder: tempfile::TempDir,
}

impl std::fmt::Debug for Browser {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Browser").field("child", &self.child).finish_non_exhaustive()
    }
}

impl Browser {
    /// Starts one, if this machine has one.
    ///
    /// # Panics
    /// When it is there and does not start.
    pub fn start() -> Option<Self> {
        let program = find()?;
        let folder = tempfile::tempdir().expect("a folder");
        let (to, from) = (folder.path().join("to"), folder.path().join("from"));
        assert!(Command::new("mkfifo").args([&to, &from]).status().expect("mkfifo").success());
        let child = Command::new("sh")
            .args(["-c", "to=$1 from=$2; shift 2; exec \"$@\" 3<\"$to\" 4>\"$from\"", "sh"])
            .args([to.as_path(), from.as_path(), program.as_path()])
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--hide-scrollbars"])
            .args(["--remote-debugging-pipe", "--no-proxy-server", "--force-color-profile=srgb"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser");
        end_later(child.id());
        let to = File::options().write(true).open(to).expect("its input");
        let from = BufReader::new(File::open(from).expect("its output"));
        let mut this = Self { child, to, from, next: 0, session: None, events: Vec::new(), _folder: folder };
        let target = this.ask("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = this.ask("Target.attachToTarget", attach);
        this.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            this.ask(&format!("{domain}.enable"), json!({}));
        }
        Some(this)
    }

    /// Opens an address and waits until all that belongs to it is loaded.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub fn open(&mut self, url: &str) {
        self.events.clear();
        let opened = self.ask("Page.navigate", json!({ "url": url }));
        assert_eq!(opened["errorText"], Value::Null, "{url}");
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.read();
            self.events.push(event);
        }
    }

    /// The value of an expression, awaited if it is a promise.
    ///
    /// # Panics
    /// When it throws.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let ask = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.ask("Runtime.evaluate", ask);
        assert_eq!(answer["exceptionDetails"], Value::Null, "{expression}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    ///
    /// # Panics
    /// When that takes longer than half a minute.
    pub fn wait_for(&mut self, expression: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.evaluate(expression) != json!(true) {
            assert!(Instant::now() < deadline, "never: {expression}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The window's size in CSS pixels, and whether the reader wants it dark.
    pub fn look(&mut self, width: u32, height: u32, dark: bool) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.ask("Emulation.setDeviceMetricsOverride", size);
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.ask("Emulation.setEmulatedMedia", media);
    }

    /// Presses and lets go of a key, such as `Tab`.
    pub fn press(&mut self, key: &str, code: u32) {
        for kind in ["rawKeyDown", "keyUp"] {
            let event = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code });
            self.ask("Input.dispatchKeyEvent", event);
        }
    }

    /// A picture of the whole page.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn picture(&mut self, file: &Path) {
        let shot = self.ask("Page.captureScreenshot", json!({ "captureBeyondViewport": true }));
        let data = shot["data"].as_str().expect("a picture");
        let bytes = base64::engine::general_purpose::STANDARD.decode(data).expect("base64");
        std::fs::write(file, bytes).expect("the picture");
    }

    /// What the page that is open fetched, itself included.
    pub fn fetched(&self) -> Vec<String> {
        let requests = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        requests
            .map(|event| event["params"]["request"]["url"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// What the browser complained about: scripts that failed, and whatever a policy forbade.
    pub fn complaints(&self) -> Vec<String> {
        let of = |event: &Value| match event["method"].as_str() {
            Some("Log.entryAdded") if event["params"]["entry"]["level"] == "error" => {
                Some(event["params"]["entry"].to_string())
            }
            Some("Runtime.exceptionThrown") => Some(event["params"].to_string()),
            _ => None,
        };
        self.events.iter().filter_map(of).collect()
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let mut message = json!({ "id": self.next, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).expect("a browser that listens");
        loop {
            let answer = self.read();
            if answer["id"] == json!(self.next) {
                assert_eq!(answer["error"], Value::Null, "{method}");
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    fn read(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).expect("a browser that answers");
        assert_eq!(bytes.pop(), Some(0), "the browser is gone");
        serde_json::from_slice(&bytes).expect("JSON")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // An error means that it is gone, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    NAMES.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// Ends a browser that hangs, by its own number.
fn end_later(pid: u32) {
    std::thread::spawn(move || {
        std::thread::sleep(LIFE);
        // It is ours alone, and most likely gone: nothing to hear about.
        let _ = Command::new("kill").arg(pid.to_string()).stderr(Stdio::null()).status();
    });
}
