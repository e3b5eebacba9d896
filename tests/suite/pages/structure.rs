//! What every page is made of, and that every link leads somewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::{lived_in, page};

const STRICT: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The values of an attribute, in the order of the page.
fn values<'p>(page: &'p str, name: &str) -> Vec<&'p str> {
    let mark = format!(" {name}=\"");
    page.split(&mark).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn count(page: &str, tag: &str) -> usize {
    page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count()
}

/// Everything a page must have, whatever it shows.
fn check(path: &str, html: &str, ids: &BTreeSet<&str>) {
    assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{path}");
    for tag in ["h1", "main", "title", "header"] {
        assert_eq!(count(html, tag), 1, "{tag} of {path}");
    }
    assert!(html.contains("name=\"viewport\"") && html.contains("name=\"color-scheme\""), "{path}");
    assert!(
        !html.contains(" style=\"") && !html.contains("javascript:") && count(html, "style") == 0,
        "{path}"
    );
    assert!(
        !["onclick", "onload", "onerror", "onchange"]
            .iter()
            .any(|name| html.contains(&format!(" {name}=\""))),
        "{path}"
    );
    assert_eq!(values(html, "id").len(), ids.len(), "an id of {path} is there twice");
    // Whatever is asked for has a name; whatever names something names something that is there.
    for name in values(html, "for").into_iter().chain(values(html, "aria-labelledby")) {
        assert!(ids.contains(name), "{name} of {path}");
    }
    for field in html.split("<input").chain(html.split("<select")).skip(1) {
        let field = field.split('>').next().unwrap_or_default();
        let named = values(field, "id").first().is_some_and(|id| html.contains(&format!(" for=\"{id}\"")));
        assert!(named || field.contains("type=\"hidden\"") || !field.contains(" name="), "{field} of {path}");
    }
    for cell in html.split("<th").skip(1).filter(|cell| !cell.starts_with("ead")) {
        assert!(
            cell.split('>').next().is_some_and(|start| start.contains("scope=\"")),
            "a heading of {path}"
        );
    }
    for picture in html.split("<img").skip(1) {
        assert!(
            picture.contains(" alt=\"") && picture.contains(" width=\"") && picture.contains(" height=\""),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_sound_and_every_link_leads_somewhere() {
    let system = lived_in().await;
    let mut waiting = vec!["/_local/".to_owned(), "/docs/".to_owned(), "/docs/?q=cancel+booking".to_owned()];
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut fragments = Vec::new();
    let mut pages = 0;
    while let Some(path) = waiting.pop() {
        if known.contains_key(&path) {
            continue;
        }
        let answer = page(&system, &path).await.expect(200);
        let html = answer.body.as_str().unwrap_or_default();
        let ids: BTreeSet<&str> = values(html, "id").into_iter().collect();
        known.insert(path.clone(), ids.iter().map(|id| (*id).to_owned()).collect());
        if answer.header("content-type") != "text/html; charset=utf-8"
            || path.ends_with("/body/")
            || path.starts_with("/problems")
        {
            continue;
        }
        check(&path, html, &ids);
        pages += 1;
        if path == "/graphiql/" {
            assert!(
                !answer
                    .header("content-security-policy")
                    .split("script-src")
                    .nth(1)
                    .unwrap()
                    .starts_with(" 'self' 'unsafe")
            );
            assert!(
                html.split("<script")
                    .skip(1)
                    .all(|script| script.starts_with(" src=\"/_local/assets/")
                        && script.contains("></script>"))
            );
        } else {
            assert_eq!(answer.header("content-security-policy"), STRICT, "{path}");
            assert_eq!(count(html, "script"), 0, "{path}");
        }
        for link in values(html, "href").into_iter().chain(values(html, "src")) {
            let link = link.replace("&amp;", "&");
            let (to, fragment) = link.split_once('#').unwrap_or((&link, ""));
            let to = if to.is_empty() { path.as_str() } else { to };
            // The text of a mail may lead out; nothing else does.
            if to.starts_with("http://") || to.starts_with("https://") {
                assert!(path.starts_with("/_local/mail/"), "{path} leads to {to}");
                continue;
            }
            assert!(to.starts_with('/'), "{path} leads to {to}");
            if !fragment.is_empty() {
                fragments.push((path.clone(), to.to_owned(), fragment.to_owned()));
            }
            // The calendar has a next month for ever.
            if !to.contains("month=") {
                waiting.push(to.to_owned());
            }
        }
    }
    assert!(pages > 20, "{pages}");
    for (path, to, fragment) in fragments {
        if let Some(ids) = known.get(&to) {
            assert!(ids.contains(&fragment), "{path} leads to #{fragment} of {to}");
        }
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_has_every_operation() {
    let system = tests::System::start().await;
    let mut groups = BTreeMap::new();
    let index = super::html(&system, "/docs/").await;
    for operation in tests::operations(&tests::document()) {
        let tag = operation.spec["tags"][0].as_str().unwrap();
        let path = format!("/docs/{tag}/");
        if !groups.contains_key(&path) {
            groups.insert(path.clone(), super::html(&system, &path).await);
        }
        let id = &operation.id;
        assert!(groups[&path].contains(&format!("<section class=\"operation\" id=\"{id}\"")), "{id}");
        assert!(index.contains(&format!("href=\"{path}#{id}\"")), "{id}");
    }
    // What is looked for is found, and nothing else.
    let found = super::html(&system, "/docs/?q=no-show").await;
    assert!(found.contains("#declare_no_show\"") && !found.contains("#create_booking\""));
    assert!(super::html(&system, "/docs/?q=xyzzy").await.contains("0 operations"));
    super::page(&system, "/docs/nothing/").await.expect(404);
    // Members of members are told, with their bounds.
    let bookings = &groups["/docs/bookings/"];
    assert!(bookings.contains("Members of <code>guests</code>") && bookings.contains("whole number, "));
    system.stop().await;
}
