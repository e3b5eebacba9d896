//! How a browser shows the pages: nothing refused, nothing fetched elsewhere, nothing beyond the edge, nothing too faint.

use std::path::PathBuf;

use serde_json::json;
use tests::{Browser, System};

use super::lived_in;

const PAGES: [(&str, &str); 11] = [
    ("overview", "/_local/"),
    ("mail", "/_local/mail/"),
    ("queues", "/_local/queues/"),
    ("bookings", "/_local/bookings/"),
    ("payments", "/_local/payments/"),
    ("ledger", "/_local/ledger/"),
    ("clock", "/_local/clock/"),
    ("faults", "/_local/faults/"),
    ("docs", "/docs/"),
    ("docs-bookings", "/docs/bookings/"),
    ("docs-search", "/docs/?q=refund"),
];

/// Texts that stand out too little from what is behind them (WCAG 2, level AA).
const FAINT: &str = r"(() => {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== 'none') return null;
      const [r, g, b, a = 1] = numbers(style.backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || element.closest('.hidden, .skip, option') || !element.checkVisibility()) continue;
    const ground = behind(element);
    if (!ground) continue;
    const style = getComputedStyle(element);
    const pair = [light(numbers(style.color).slice(0, 3)), light(ground)].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < (large ? 3 : 4.5)) found.push(`${texts.currentNode.data.trim().slice(0, 40)}: ${contrast.toFixed(2)}`);
  }
  return found;
})()";

/// How much of the page moved after it was first painted.
const SHIFTS: &str = "new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
    .observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => setTimeout(() => done(sum), 0));
})";

/// Whoever wants to look at the pictures says where to put them.
fn pictures() -> Option<PathBuf> {
    std::env::var_os("INNKEEP_SCREENSHOTS").map(PathBuf::from)
}

/// Whether an address is neither ours nor a picture that stands within a page.
fn is_elsewhere(address: &str, ours: &str) -> bool {
    !address.starts_with(ours) && !address.starts_with("data:")
}

fn start() -> Option<Browser> {
    let browser = Browser::start();
    if browser.is_none() {
        eprintln!("skipped: no Chromium on the PATH");
    }
    browser
}

async fn dressed() -> System {
    let system = lived_in().await;
    system.advance(4 * 86_400).await;
    system
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_fit_and_can_be_read_in_every_light() {
    let Some(mut browser) = start() else { return };
    let system = dressed().await;
    let url = system.url().to_owned();
    tokio::task::block_in_place(|| {
        for (width, height, dark) in
            [(1360, 900, false), (360, 740, true), (360, 740, false), (1360, 900, true)]
        {
            browser.look(width, height, dark);
            for (name, path) in PAGES {
                browser.open(&format!("{url}{path}"));
                let view = format!("{path} at {width}, dark {dark}");
                assert_eq!(browser.complaints(), Vec::<String>::new(), "{view}");
                let elsewhere: Vec<String> =
                    browser.fetched().into_iter().filter(|address| is_elsewhere(address, &url)).collect();
                assert_eq!(elsewhere, Vec::<String>::new(), "{view}");
                assert_eq!(browser.evaluate(FAINT), json!([]), "{view}");
                let overflow = browser
                    .evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
                assert_eq!(overflow, json!(0), "{view} is too wide");
                assert!(browser.evaluate(SHIFTS).as_f64().is_some_and(|sum| sum < 0.01), "{view} moves");
                if let Some(folder) = pictures() {
                    let light = if dark { "dark" } else { "light" };
                    browser.picture(&folder.join(format!("{name}-{width}-{light}.png")));
                }
            }
        }
    });
    drop(browser);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_is_enough() {
    let Some(mut browser) = start() else { return };
    let system = System::start().await;
    let url = system.url().to_owned();
    let before = system.now();
    tokio::task::block_in_place(|| {
        browser.look(1360, 900, false);
        browser.open(&format!("{url}/_local/clock/"));
        browser.press("Tab", 9);
        assert_eq!(browser.evaluate("document.activeElement.className"), json!("skip"));
        assert_eq!(browser.evaluate("document.activeElement.getBoundingClientRect().top >= 0"), json!(true));
        // On to the button that moves the clock by a day.
        for _ in 0..40 {
            if browser.evaluate("document.activeElement.value") == json!("86400") {
                break;
            }
            assert_ne!(
                browser.evaluate("getComputedStyle(document.activeElement).outlineStyle"),
                json!("none")
            );
            browser.press("Tab", 9);
        }
        assert_eq!(browser.evaluate("document.activeElement.value"), json!("86400"));
        browser.evaluate("document.activeElement.click()");
        browser.wait_for(
            "document.querySelector('main')?.textContent.includes('ahead of the real time') === true",
        );
    });
    drop(browser);
    assert!(system.now().duration_since(before).as_secs() >= 86_400);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_editor_starts_under_its_policy() {
    let Some(mut browser) = start() else { return };
    let system = System::start().await;
    let url = system.url().to_owned();
    tokio::task::block_in_place(|| {
        for (width, height, dark) in [(1360, 900, false), (1360, 900, true)] {
            browser.look(width, height, dark);
            browser.open(&format!("{url}/graphiql/"));
            browser.wait_for("document.querySelector('.graphiql-query-editor .CodeMirror') !== null");
            let complaints = browser.complaints();
            assert!(
                !complaints.iter().any(|text| text.contains("Content Security Policy")),
                "{complaints:?}"
            );
            let elsewhere: Vec<String> =
                browser.fetched().into_iter().filter(|to| is_elsewhere(to, &url)).collect();
            assert_eq!(elsewhere, Vec::<String>::new());
            if let Some(folder) = pictures() {
                browser
                    .picture(&folder.join(format!("graphiql-{}.png", if dark { "dark" } else { "light" })));
            }
        }
    });
    drop(browser);
    system.stop().await;
}
