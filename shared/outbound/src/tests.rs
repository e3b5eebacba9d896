//! Calls to servers on this machine.

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::connect::public_roots;
use crate::target::{Policy, Target, check};
use crate::*;

const LIMITS: Limits = Limits { time: Duration::from_secs(5), body: BodyRule::UpTo(1000), redirects: 3 };

/// Answers each name with the next of its lists of addresses; the last one stays.
#[derive(Debug)]
struct Names {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Names {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |list: &&[&str]| list.iter().map(|text| text.parse().unwrap()).collect();
        Arc::new(Self { answers: answers.iter().map(parse).collect(), asked: AtomicUsize::new(0) })
    }
}

#[async_trait]
impl Resolve for Names {
    async fn resolve(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers.get(turn).or(self.answers.last()).cloned().unwrap_or_default())
    }
}

fn strict(names: &Arc<Names>) -> Fetcher {
    Fetcher::with(Policy::Public, Arc::<Names>::clone(names), public_roots()).unwrap()
}

fn at_home() -> Fetcher {
    Fetcher::unguarded_towards_this_machine_for_tests_and_local_use_only().unwrap()
}

/// A server that answers each connection once with the next of `answers`, and keeps what it was asked.
async fn serve(answers: Vec<String>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    tokio::spawn(async move {
        for answer in answers {
            let (stream, _) = listener.accept().await.unwrap();
            let request = speak(stream, &answer).await;
            heard.lock().unwrap().push(request);
        }
    });
    (url, asked)
}

async fn speak(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &str) -> String {
    let mut request = Vec::new();
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        let mut part = [0_u8; 1024];
        let read = stream.read(&mut part).await.unwrap();
        request.extend_from_slice(&part[..read]);
        if read == 0 {
            break;
        }
    }
    stream.write_all(answer.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    // An answer without an end keeps its connection open.
    if !answer.contains("content-length") {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    String::from_utf8(request).unwrap()
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

fn redirect(to: &str) -> String {
    answer("302 Found", &format!("location: {to}\r\n"), "")
}

async fn refused(fetcher: &Fetcher, url: &str) -> &'static str {
    match fetcher.fetch(&Request::get(url), LIMITS).await {
        Err(error) => error.code(),
        Ok(response) => panic!("{url} answered {}", response.status),
    }
}

#[test]
fn what_is_no_public_https_url_is_refused_before_any_look_up() {
    let cases = [
        ("not a url", "invalid_url"),
        ("/relative", "invalid_url"),
        ("https://", "invalid_url"),
        ("ftp://example.com/", "https_required"),
        ("file:///etc/passwd", "https_required"),
        ("gopher://example.com/", "https_required"),
        ("http://example.com/", "https_required"),
        ("https://example.com:22/", "port_not_allowed"),
        ("https://example.com:80/", "port_not_allowed"),
        ("https://example.com:0/", "port_not_allowed"),
        ("https://user@example.com/", "credentials_in_url"),
        ("https://:secret@example.com/", "credentials_in_url"),
        ("https://localhost/", "address_not_public"),
        ("https://LOCALHOST./", "address_not_public"),
        ("https://db.localhost/", "address_not_public"),
        ("https://127.0.0.1/", "address_not_public"),
        ("https://127.1/", "address_not_public"),
        ("https://2130706433/", "address_not_public"),
        ("https://0x7f.0.0.1/", "address_not_public"),
        ("https://0177.0.0.1/", "address_not_public"),
        ("https://１２７.0.0.1/", "address_not_public"),
        ("https://169.254.169.254/latest/meta-data/", "address_not_public"),
        ("https://[::1]/", "address_not_public"),
        ("https://[::ffff:169.254.169.254]/", "address_not_public"),
        ("https://[fd00:ec2::254]/", "address_not_public"),
        ("https://[64:ff9b::a9fe:a9fe]/", "address_not_public"),
    ];
    for (url, code) in cases {
        assert_eq!(check_url(url).map_err(Refused::code), Err(code), "{url}");
    }
    let long = format!("https://example.com/{}", "a".repeat(MAX_URL_BYTES));
    assert_eq!(check_url(&long), Err(Refused::NotAUrl));
    for url in ["https://example.com/hooks?x=1#part", "https://example.com:8443/", "https://93.184.215.14/"] {
        assert!(check_url(url).is_ok(), "{url}");
    }
}

#[test]
fn only_a_url_that_names_this_machine_leads_to_it() {
    let policy = Policy::PublicAndLoopback;
    for url in ["http://127.0.0.1:4000/x", "http://[::1]:4000/", "http://localhost:4000/"] {
        assert!(check(url, policy).is_ok(), "{url}");
    }
    for url in ["http://10.0.0.1/", "http://example.com/", "http://169.254.169.254/", "https://0.0.0.0/"] {
        assert!(check(url, policy).is_err(), "{url}");
    }
}

#[tokio::test]
async fn one_forbidden_address_refuses_the_name() {
    for answer in
        [&["127.0.0.1"][..], &["93.184.215.14", "10.0.0.1"], &["2606:4700::1111", "::ffff:10.0.0.1"]]
    {
        let names = Names::new(&[answer]);
        assert_eq!(refused(&strict(&names), "https://hooks.example/").await, "address_not_public");
    }
    assert_eq!(refused(&strict(&Names::new(&[&[]])), "https://hooks.example/").await, "unresolved");
}

#[tokio::test]
async fn a_name_is_resolved_once_and_what_was_found_is_what_is_called() {
    // A name whose second answer leads inside: nobody asks a second time.
    let names = Names::new(&[&["93.184.215.14", "2606:4700::1111"], &["127.0.0.1"]]);
    let url = check_url("https://hooks.example:8443/").unwrap();
    let target = Target::find(url, Policy::Public, names.as_ref()).await.unwrap();
    let found: Vec<String> = target.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["93.184.215.14:8443", "[2606:4700::1111]:8443"]);
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
    // And a name that leads here stays refused where this machine may be called by its own names.
    let fetcher =
        Fetcher::with(Policy::PublicAndLoopback, Names::new(&[&["127.0.0.1"]]), public_roots()).unwrap();
    assert_eq!(refused(&fetcher, "https://hooks.example/").await, "address_not_public");
}

#[tokio::test]
async fn an_answer_comes_with_its_status_headers_and_body() {
    let (url, asked) = serve(vec![answer("418 I'm a teapot", "x-y: z\r\n", "short and stout")]).await;
    let mut headers = http::HeaderMap::new();
    headers.insert("x-a", "b".parse().unwrap());
    let request = Request::post(format!("{url}/hooks?a=b#c"), headers, "{}");
    let response = at_home().fetch(&request, LIMITS).await.unwrap();
    assert_eq!((response.status.as_u16(), &response.body[..]), (418, &b"short and stout"[..]));
    assert_eq!(response.headers["x-y"], "z");
    let asked = asked.lock().unwrap();
    assert!(asked[0].starts_with("POST /hooks?a=b HTTP/1.1\r\n"), "{asked:?}");
    let host = url.strip_prefix("http://").unwrap();
    for header in [&format!("host: {host}"), "x-a: b", "accept-encoding: identity", "content-length: 2"] {
        assert!(asked[0].contains(&format!("{header}\r\n")), "{header}: {asked:?}");
    }
}

#[tokio::test]
async fn redirects_are_followed_a_few_times_and_checked_each_time() {
    let fetcher = at_home();
    let (last, _) = serve(vec![answer("200 OK", "", "here")]).await;
    let (url, asked) = serve(vec![redirect("/second"), redirect(&format!("{last}/third"))]).await;
    let mut request = Request::get(&url);
    request.headers.insert("x-secret", "s".parse().unwrap());
    let response = fetcher.fetch(&request, LIMITS).await.unwrap();
    assert_eq!((&response.body[..], response.url.path()), (&b"here"[..], "/third"));
    assert!(asked.lock().unwrap()[1].contains("x-secret"), "the same origin");

    for inside in ["http://169.254.169.254/latest/", "http://10.0.0.1/", "http://2130706434.example:80/"] {
        let (url, _) = serve(vec![redirect(inside)]).await;
        let code = refused(&fetcher, &url).await;
        assert!(["https_required", "address_not_public"].contains(&code), "{inside}: {code}");
    }
    let (url, _) = serve(vec![redirect("https://169.254.169.254/")]).await;
    assert_eq!(refused(&fetcher, &url).await, "address_not_public");

    let (url, asked) = serve(vec![redirect("/a"), redirect("/b"), redirect("/c"), redirect("/d")]).await;
    assert_eq!(refused(&fetcher, &url).await, "redirects");
    assert_eq!(asked.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_secret_header_does_not_leave_its_origin() {
    let (last, heard) = serve(vec![answer("200 OK", "", "")]).await;
    let (url, _) = serve(vec![redirect(&last)]).await;
    let mut request = Request::get(&url);
    request.headers.insert("x-secret", "s".parse().unwrap());
    at_home().fetch(&request, LIMITS).await.unwrap();
    let heard = heard.lock().unwrap();
    assert!(!heard[0].contains("x-secret"), "{heard:?}");
}

#[tokio::test]
async fn without_redirects_to_follow_a_redirect_is_the_answer() {
    let (url, asked) = serve(vec![redirect("/b"), redirect("/b")]).await;
    let none = Limits { redirects: 0, ..LIMITS };
    assert_eq!(at_home().fetch(&Request::get(&url), none).await.unwrap().status.as_u16(), 302);
    let post = Request::post(&url, http::HeaderMap::new(), "{}");
    assert_eq!(at_home().fetch(&post, LIMITS).await.unwrap().status.as_u16(), 302);
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn size_and_time_are_bounded() {
    let (url, _) = serve(vec![answer("200 OK", "", &"a".repeat(1001))]).await;
    assert_eq!(refused(&at_home(), &url).await, "too_large");
    // It does not say how much will come.
    let chunks = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}",
        "64\r\n".to_owned() + &"a".repeat(100) + "\r\n"
    );
    let endless = chunks.clone() + &format!("64\r\n{}\r\n", "a".repeat(100)).repeat(20);
    let (url, _) = serve(vec![endless]).await;
    assert_eq!(refused(&at_home(), &url).await, "too_large");
    let (url, _) = serve(vec![chunks]).await;
    let brief = Limits { time: Duration::from_millis(200), ..LIMITS };
    let error = at_home().fetch(&Request::get(&url), brief).await.unwrap_err();
    assert_eq!(error.code(), "timed_out");
    let (url, _) = serve(vec![answer("200 OK", "", &"a".repeat(5000))]).await;
    let unread = Limits { body: BodyRule::Unread, ..LIMITS };
    assert!(at_home().fetch(&Request::get(&url), unread).await.unwrap().body.is_empty());
}

#[tokio::test]
async fn the_other_side_proves_who_it_is() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = CertificateDer::from(made.cert.der().to_vec());
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(server));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(stream) = acceptor.accept(stream).await {
                speak(stream, &answer("200 OK", "", "proved")).await;
            }
        }
    });
    let url = format!("https://localhost:{port}/");
    let here = Names::new(&[&["127.0.0.1"]]);
    let knowing =
        |roots| Fetcher::with(Policy::PublicAndLoopback, Arc::<Names>::clone(&here), roots).unwrap();
    assert_eq!(refused(&knowing(public_roots()), &url).await, "tls_failed");
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let response = knowing(roots.clone()).fetch(&Request::get(&url), LIMITS).await.unwrap();
    assert_eq!(&response.body[..], b"proved");
    // The same server by another name than its certificate's.
    assert_eq!(refused(&knowing(roots), &format!("https://127.0.0.1:{port}/")).await, "tls_failed");
}
