//! The direction of dependencies.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Each crate with those of ours that it may use. What is not here may use nothing of ours.
const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("services", &["domain", "store"]),
    ("stripe", &["domain", "store", "services"]),
    ("outbound", &[]),
    ("ical", &["domain"]),
    ("platform", &["domain", "store", "services"]),
    ("web", &["domain", "store", "services", "platform"]),
    ("local-data-api", &["domain"]),
    ("local-aws", &["domain"]),
    ("local-stripe", &["domain"]),
    ("local-lambda", &[]),
    // It counts the instructions of a rule.
    ("bench", &["domain", "platform"]),
];

/// What a function may use: workers stop short of HTTP.
const HTTP: &[&str] = &["domain", "store", "services", "platform", "web"];
const WORKER: &[&str] = &["domain", "store", "services", "platform"];

#[test]
fn dependencies_go_one_way() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata");
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    for package in &metadata.packages {
        let name = package.name.as_str();
        if name == "local" || name == "tests" {
            continue;
        }
        let in_functions = package.manifest_path.components().any(|part| part.as_str() == "functions");
        let is_worker = package.name.ends_with("-worker") || ["scheduler", "migrate"].contains(&name);
        let mut allowed: BTreeSet<&str> = match ALLOWED.iter().find(|(known, _)| *known == name) {
            Some((_, allowed)) => allowed.iter().copied().collect(),
            None if in_functions && is_worker => WORKER.iter().copied().collect(),
            None if in_functions => HTTP.iter().copied().collect(),
            None => panic!("{name}: say here what it may use"),
        };
        if ["webhooks", "webhooks-worker"].contains(&name) {
            allowed.insert("outbound");
        }
        if ["properties", "feeds-worker"].contains(&name) {
            allowed.insert("outbound");
        }
        if name == "feeds-worker" {
            allowed.insert("ical");
        }
        if ["payments", "payments-worker"].contains(&name) {
            allowed.insert("stripe");
        }
        for dependency in &package.dependencies {
            let used = dependency.name.as_str();
            if dependency.kind == DependencyKind::Normal && ours.contains(used) {
                assert!(allowed.contains(used), "{name} must not use {used}");
            }
        }
    }
}

#[test]
fn the_pure_crate_stays_pure() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata");
    let domain = metadata.packages.iter().find(|package| package.name == "domain").expect("domain");
    let used: BTreeSet<&str> = domain
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .map(|dependency| dependency.name.as_str())
        .collect();
    let allowed = BTreeSet::from(["jiff", "serde", "serde_json", "thiserror", "uuid"]);
    assert!(used.is_subset(&allowed), "domain uses {used:?}: no I/O, no async, no HTTP, no SQL");
}
