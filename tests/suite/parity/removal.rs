//! Nothing that is written on either side is without effect: the removal of any one line is found, by the reader, which no
//! longer understands the rest, or by the comparison.
//!
//! Every line is tried where `INNKEEP_TEST_SCALE` is `large`, else every so many.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;

use tests::Template;
use tests::infra::{configuration, configuration_in};

use super::{all, beside, compare, folder, mutated, plain};

/// Lines that may go, and why.
const IDLE: &[(&str, &str)] = &[];

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// What `wrong` finds, or `None` where it panics; the panic is not reported, which would take longer than all else.
fn found(wrong: impl FnOnce() -> Vec<String>) -> Option<Vec<String>> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                report(panic);
            }
        }));
    });
    QUIET.set(true);
    let found = catch_unwind(AssertUnwindSafe(wrong));
    QUIET.set(false);
    found.ok()
}

/// The lines whose removal nobody notices.
fn unnoticed(text: &str, every: usize, mut wrong: impl FnMut(&str) -> Vec<String>) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let says = |line: &str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && !IDLE.iter().any(|(idle, _)| *idle == line)
    };
    assert_eq!(wrong(text), Vec::<String>::new(), "as it stands");
    let mut unnoticed = Vec::new();
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| says(line)).step_by(every) {
        let without = [&lines[..index], &lines[index + 1..]].concat().join("\n") + "\n";
        if found(|| wrong(&without)).is_some_and(|wrong| wrong.is_empty()) {
            unnoticed.push(format!("{}: {}", index + 1, line.trim_end()));
        }
    }
    unnoticed
}

fn scaled(every: usize) -> usize {
    if std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large") { 1 } else { every }
}

#[test]
fn no_line_of_the_template_can_be_left_out() {
    let sides = [plain(), all()].map(|settings| (configuration(&settings), settings));
    let text = std::fs::read_to_string(folder().join("../template.yaml")).unwrap();
    let missed = unnoticed(&text, scaled(37), |text| {
        let template = Template::parse(text);
        let mut wrong = Vec::new();
        for (terraform, settings) in &sides {
            wrong.extend(beside(&template, terraform, settings));
            wrong.extend(compare(&template, terraform, settings));
        }
        wrong
    });
    assert!(missed.is_empty(), "{} lines:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn no_line_of_the_configuration_can_be_left_out() {
    let template = Template::read();
    let copied = mutated("main.tf", "", "");
    let files = sources(copied.path());
    assert!(files.len() > 20, "{files:?}");
    let mut missed = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let unnoticed = unnoticed(&text, scaled(83), |text| {
            std::fs::write(&file, text).unwrap();
            let terraform = configuration_in(copied.path(), &plain());
            let mut wrong = beside(&template, &terraform, &plain());
            wrong.extend(compare(&template, &terraform, &plain()));
            if wrong.is_empty() {
                let terraform = configuration_in(copied.path(), &all());
                wrong = beside(&template, &terraform, &all());
                wrong.extend(compare(&template, &terraform, &all()));
            }
            wrong
        });
        std::fs::write(&file, text).unwrap();
        let name = file.strip_prefix(copied.path()).unwrap().display().to_string();
        missed.extend(unnoticed.into_iter().map(|line| format!("{name}:{line}")));
    }
    assert!(missed.is_empty(), "{} lines:\n{}", missed.len(), missed.join("\n"));
}

/// The files of the configuration, those of its modules too.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            files.extend(sources(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "tf") {
            files.push(entry);
        }
    }
    files.sort();
    files
}
