//! What a quote costs in instructions, which no load of the machine changes: the binary `price-stay` under callgrind, once
//! for a few quotes and once for a thousand more; start-up falls out of the difference.
//!
//! `cargo bench --package bench --bench quote`. Where valgrind is not installed it says so, and measures nothing.

use std::process::Command;

use anyhow::{Context as _, ensure};

/// Quotes of the shorter run.
const FEW: u64 = 10;
/// How many more the longer run makes.
const MORE: u64 = 1_000;

#[expect(clippy::print_stdout, reason = "it is a command")]
fn main() -> anyhow::Result<()> {
    let installed = Command::new("valgrind").arg("--version").output();
    if !installed.is_ok_and(|output| output.status.success()) {
        println!("quote: skipped, valgrind is not installed");
        return Ok(());
    }
    let each = (instructions(FEW + MORE)? - instructions(FEW)?) / MORE;
    println!("quote: {each} instructions for seven nights with every kind of rule");
    Ok(())
}

/// The instructions of so many quotes, start-up included.
fn instructions(quotes: u64) -> anyhow::Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", env!("CARGO_BIN_EXE_price-stay")])
        .arg(quotes.to_string())
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "valgrind failed: {said}");
    let counted = said.lines().find_map(|line| line.split_once("Collected : ")).context("no count")?.1;
    counted.trim().parse().context("a count")
}
