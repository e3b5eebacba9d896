//! Shapes that make two servers disagree where a request ends: each is refused, or read as what it says; none makes an
//! answer of 5xx, and none hides a second request.

use std::time::Duration;

use tests::{Person, System};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long a server may take to answer, or to hang up.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long nothing more is waited for after an answer that leaves the connection open.
const QUIET: Duration = Duration::from_millis(150);

/// What came back, as text, and whether the connection was closed.
struct Said {
    text: String,
    closed: bool,
}

impl Said {
    /// The statuses of all answers, in their order.
    fn statuses(&self) -> Vec<u16> {
        // One follows the other without a break; no body here says it.
        let heads = self.text.match_indices("HTTP/1.").map(|(place, _)| &self.text[place..]);
        heads.filter_map(|head| head.split(' ').nth(1)?.parse().ok()).collect()
    }
}

/// Sends bytes as they are and reads until the server hangs up or falls silent.
async fn say(system: &System, bytes: &[u8]) -> Said {
    let address = system.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // It may hang up while it is still spoken to.
    let _ = stream.write_all(bytes).await;
    let (mut heard, mut closed) = (Vec::new(), false);
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut buffer = [0; 4096];
    loop {
        let patience = if heard.is_empty() { deadline } else { tokio::time::Instant::now() + QUIET };
        match tokio::time::timeout_at(patience, stream.read(&mut buffer)).await {
            Ok(Ok(0) | Err(_)) => closed = true,
            Ok(Ok(count)) => {
                heard.extend_from_slice(&buffer[..count]);
                continue;
            }
            Err(_) => {}
        }
        break;
    }
    Said { text: String::from_utf8_lossy(&heard).into_owned(), closed }
}

/// What may become of a shape.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// It is refused with 4xx, or hung up on, and the connection is of no more use: nothing behind it is read.
    Refused,
    /// It is one request, answered by one of these.
    One(&'static [u16]),
    /// It is two requests, and says so: answered by these.
    Two([u16; 2]),
}

use Fate::{One, Refused, Two};

/// What is hidden behind the request: were it seen, the name of the account would change.
fn hidden(person: &Person<'_>) -> String {
    let body = r#"{"name": "Smuggled"}"#;
    format!(
        "PATCH /users/me/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        person.token,
        body.len()
    )
}

/// The table: a name, the bytes, and what may become of them. `{hidden}` stands for the hidden request.
#[expect(clippy::too_many_lines, reason = "a table")]
fn shapes(hidden: &str) -> Vec<(&'static str, Vec<u8>, Fate)> {
    let login = "POST /users/login/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let get = "GET /users/nobody/ HTTP/1.1\r\nHost: x\r\n";
    let all = hidden.len();
    let text = |text: String| text.into_bytes();
    vec![
        // Where does the body end?
        (
            "both lengths, chunks first",
            text(format!("{login}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{hidden}")),
            Refused,
        ),
        (
            "both lengths, length first",
            text(format!(
                "{login}Content-Length: {all}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
            )),
            Refused,
        ),
        (
            "two lengths that differ",
            text(format!("{login}Content-Length: 0\r\nContent-Length: {all}\r\n\r\n{hidden}")),
            Refused,
        ),
        (
            "two lengths in one line",
            text(format!("{login}Content-Length: 0, {all}\r\n\r\n{hidden}")),
            Refused,
        ),
        ("a length with a sign", text(format!("{login}Content-Length: +0\r\n\r\n{hidden}")), Refused),
        ("a length below nothing", text(format!("{login}Content-Length: -1\r\n\r\n{hidden}")), Refused),
        ("a length in hexadecimal", text(format!("{login}Content-Length: 0x0\r\n\r\n{hidden}")), Refused),
        (
            "a length beyond all numbers",
            text(format!("{login}Content-Length: 99999999999999999999\r\n\r\n{hidden}")),
            Refused,
        ),
        ("no length", text(format!("{login}Content-Length: \r\n\r\n{hidden}")), Refused),
        (
            "chunked twice",
            text(format!("{login}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
            One(&[400, 415, 422, 501]),
        ),
        (
            "chunked and then not",
            text(format!("{login}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}")),
            Refused,
        ),
        (
            "chunked misspelt",
            text(format!("{login}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}")),
            Refused,
        ),
        (
            "chunked behind a tab",
            text(format!("{login}Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n")),
            One(&[400, 422]),
        ),
        (
            "chunked behind a vertical tab",
            text(format!("{login}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n{hidden}")),
            Refused,
        ),
        (
            "chunks in HTTP/1.0",
            text(format!(
                "POST /users/login/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
            )),
            Refused,
        ),
        // Chunks.
        (
            "a chunk extension",
            text(format!("{login}Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{{}}\r\n0\r\n\r\n")),
            One(&[422]),
        ),
        (
            "a long chunk extension",
            text(format!(
                "{login}Transfer-Encoding: chunked\r\n\r\n2;{}\r\n{{}}\r\n0\r\n\r\n{hidden}",
                "a".repeat(70_000)
            )),
            Refused,
        ),
        (
            "a line feed in a chunk extension",
            text(format!("{login}Transfer-Encoding: chunked\r\n\r\n2;a\nb\r\n{{}}\r\n0\r\n\r\n{hidden}")),
            Refused,
        ),
        (
            "a chunk that is longer than it says",
            text(format!("{login}Transfer-Encoding: chunked\r\n\r\n1\r\n{{}}\r\n0\r\n\r\n{hidden}")),
            Refused,
        ),
        (
            "a chunk's size that is no number",
            text(format!("{login}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n{hidden}")),
            Refused,
        ),
        (
            "a chunk's size beyond all numbers",
            text(format!(
                "{login}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{{}}\r\n0\r\n\r\n{hidden}"
            )),
            Refused,
        ),
        (
            "chunks that end in line feeds",
            text(format!("{login}Transfer-Encoding: chunked\r\n\r\n2\n{{}}\n0\n\n{hidden}")),
            Refused,
        ),
        (
            "a trailer that would be a header",
            text(format!(
                "{login}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\nContent-Length: 5\r\n\r\n"
            )),
            One(&[400, 422]),
        ),
        // Header lines.
        ("a folded line", text(format!("{get}X-Long: a\r\n b\r\n\r\n{hidden}")), Refused),
        ("a folded length", text(format!("{login}Content-Length:\r\n {all}\r\n\r\n{hidden}")), Refused),
        ("a space before the colon", text(format!("{login}Content-Length : {all}\r\n\r\n{hidden}")), Refused),
        (
            "a space before the name",
            text(format!("GET /users/nobody/ HTTP/1.1\r\n Host: x\r\n\r\n{hidden}")),
            Refused,
        ),
        ("a line without a colon", text(format!("{get}Content-Length {all}\r\n\r\n{hidden}")), Refused),
        ("a bare carriage return in a value", text(format!("{get}X-A: a\rX-B: b\r\n\r\n{hidden}")), Refused),
        ("NUL in a value", text(format!("{get}X-A: a\0b\r\n\r\n{hidden}")), Refused),
        ("NUL in a name", text(format!("{get}X\0A: a\r\n\r\n{hidden}")), Refused),
        ("a control character in a name", text(format!("{get}X\x01A: a\r\n\r\n{hidden}")), Refused),
        ("bytes above ASCII in a name", [get.as_bytes(), b"X-\xffA: a\r\n\r\n"].concat(), Refused),
        ("a name without letters", text(format!("{get}: a\r\n\r\n{hidden}")), Refused),
        (
            "lines that end in line feeds",
            text("GET /users/nobody/ HTTP/1.1\nHost: x\n\n".to_owned()),
            One(&[400, 404]),
        ),
        ("a line of 20,000 bytes", text(format!("{get}X-Long: {}\r\n\r\n", "a".repeat(20_000))), One(&[431])),
        (
            "a head of a megabyte",
            text(format!("{get}X-Long: {}\r\n\r\n{hidden}", "a".repeat(1 << 20))),
            Refused,
        ),
        ("ten thousand lines", text(format!("{get}{}\r\n{hidden}", "A: a\r\n".repeat(10_000))), Refused),
        // The first line.
        (
            "another host as the target",
            text("GET http://evil.example/users/nobody/ HTTP/1.1\r\nHost: x\r\n\r\n".to_owned()),
            One(&[400, 404]),
        ),
        (
            "a scheme of its own",
            text("GET gopher://x/users/nobody/ HTTP/1.1\r\nHost: x\r\n\r\n".to_owned()),
            One(&[400, 404]),
        ),
        (
            "an authority as the target",
            text("CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned()),
            One(&[400, 404, 405]),
        ),
        (
            "an asterisk as the target",
            text("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n".to_owned()),
            One(&[200, 204, 400, 404, 405]),
        ),
        (
            "two hosts",
            text("GET /users/nobody/ HTTP/1.1\r\nHost: x\r\nHost: evil.example\r\n\r\n".to_owned()),
            One(&[400, 404]),
        ),
        ("no host", text("GET /users/nobody/ HTTP/1.1\r\n\r\n".to_owned()), One(&[400, 404])),
        (
            "a space in the target",
            text(format!("GET /users/nobody/ x HTTP/1.1\r\nHost: x\r\n\r\n{hidden}")),
            Refused,
        ),
        (
            "a line feed in the target",
            text(format!("GET /users/\nnobody/ HTTP/1.1\r\nHost: x\r\n\r\n{hidden}")),
            Refused,
        ),
        (
            "an unknown version",
            text(format!("GET /users/nobody/ HTTP/1.9\r\nHost: x\r\n\r\n{hidden}")),
            Refused,
        ),
        ("HTTP/0.9", text(format!("GET /users/nobody/\r\n\r\n{hidden}")), Refused),
        ("HTTP/2 out of the blue", text(format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{hidden}")), Refused),
        (
            "a method in small letters",
            text("get /users/nobody/ HTTP/1.1\r\nHost: x\r\n\r\n".to_owned()),
            One(&[400, 404, 405]),
        ),
        ("no method", text(format!(" /users/nobody/ HTTP/1.1\r\nHost: x\r\n\r\n{hidden}")), Refused),
        ("a handshake of TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(20), Refused),
        // An upgrade that is asked for is not given.
        (
            "an upgrade",
            text(format!(
                "{get}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"
            )),
            One(&[404]),
        ),
        // And what is right is right: two requests in one breath are two.
        ("two requests", text(format!("{get}\r\n{get}\r\n")), Two([404, 404])),
        (
            "a body where none is wanted",
            text(format!("{get}Content-Length: {all}\r\n\r\n{hidden}")),
            One(&[400, 404]),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_shape_of_a_request_hides_another_or_makes_a_fault() {
    let system = System::start().await;
    let person = system.person("Mallory").await;
    let mut faults = Vec::new();
    let shapes = shapes(&hidden(&person));
    assert!(shapes.len() > 50);
    for (name, bytes, fate) in shapes {
        let said = say(&system, &bytes).await;
        let statuses = said.statuses();
        let fits = match fate {
            Refused => {
                said.closed
                    && statuses.len() <= 1
                    && statuses.iter().all(|status| (400..500).contains(status))
            }
            One(any) => statuses.len() == 1 && any.contains(&statuses[0]),
            Two(both) => statuses == both,
        };
        if !fits || statuses.iter().any(|status| *status >= 500) {
            faults.push(format!("{name}: {statuses:?}, closed {}, not {fate:?}", said.closed));
        }
        let me = system.call("GET", "/users/me/").bearer(&person.token).send().await.expect(200);
        if me.body["name"] != "Mallory" {
            faults.push(format!("{name}: the hidden request was seen"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    // The hidden request itself is a good one: alone it is answered, or the table would prove nothing.
    let said = say(&system, hidden(&person).as_bytes()).await;
    assert_eq!(said.statuses(), [200], "{}", said.text);
    system.stop().await;
}
