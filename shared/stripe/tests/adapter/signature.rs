//! Which webhooks are believed.

use std::time::Duration;

use jiff::Timestamp;
use stripe::{Event, EventKind, SIGNATURE_TOLERANCE, Secret, SignatureError, Subject, verify_signature};

const BODY: &[u8] =
    br#"{"id":"evt_1","object":"event","type":"customer.created","created":1700000000,"data":{"object":{"id":"cus_1"}}}"#;

// printf '1700000000.BODY' | openssl dgst -sha256 -hmac SECRET
const BY_NEW: &str = "56349cff6b7cf4f7d2bc921dfe7e1fa1813e7e59fb95473de76151abe1224e21";
const BY_OLD: &str = "162f5f249307dad69ff014d426c53d19fb0899bdccce2d95371414c753c9b256";

fn now(offset: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + offset).unwrap()
}

fn verify(body: &[u8], header: &str, secrets: &[&str], offset: i64) -> Result<Event, SignatureError> {
    let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
    verify_signature(body, header, &secrets, now(offset), SIGNATURE_TOLERANCE)
}

#[test]
fn a_true_signature_admits_the_event() {
    let event = verify(BODY, &format!("t=1700000000,v1={BY_NEW}"), &["whsec_new"], 0).unwrap();
    assert_eq!((event.id.as_str(), event.created), ("evt_1", now(0)));
    assert_eq!(event.kind, EventKind::Other("customer.created".to_owned()));
    assert_eq!(event.subject(), Ok(Subject::Other));
}

#[test]
fn secrets_and_signatures_may_overlap_while_they_are_changed() {
    let both = format!("t=1700000000,v1={BY_OLD},v1={BY_NEW}");
    let old = format!("t=1700000000,v1={BY_OLD}");
    assert!(verify(BODY, &both, &["whsec_new"], 0).is_ok());
    assert!(verify(BODY, &both, &["whsec_old"], 0).is_ok());
    assert!(verify(BODY, &old, &["whsec_new", "whsec_old"], 0).is_ok());
    assert_eq!(verify(BODY, &old, &["whsec_new"], 0), Err(SignatureError::Mismatch));
}

#[test]
fn forgeries_are_refused() {
    let header = format!("t=1700000000,v1={BY_NEW}");
    let mut tampered = BODY.to_vec();
    tampered.push(b' ');
    assert_eq!(verify(&tampered, &header, &["whsec_new"], 0), Err(SignatureError::Mismatch));
    let moved = format!("t=1700000001,v1={BY_NEW}");
    assert_eq!(verify(BODY, &moved, &["whsec_new"], 0), Err(SignatureError::Mismatch));
    let weak = format!("t=1700000000,v0={BY_NEW}");
    assert_eq!(verify(BODY, &weak, &["whsec_new"], 0), Err(SignatureError::Malformed));
    assert_eq!(verify(BODY, &header, &[], 0), Err(SignatureError::Mismatch));
    // Signed with the empty secret, which would be everybody's.
    let empty = "t=1700000000,v1=7f61adf4e443b316df3ac58c5cd2ca4a4a94d0e67e7c8540522ab4c2bd81e465";
    assert_eq!(verify(BODY, empty, &[""], 0), Err(SignatureError::Mismatch));
}

#[test]
fn malformed_headers_are_refused() {
    for header in [
        "",
        "t=1700000000",
        &format!("v1={BY_NEW}"),
        &format!("t=,v1={BY_NEW}x"),
        &format!("t=soon,v1={BY_NEW}"),
        &format!("t=1700000000,t=1700000001,v1={BY_NEW}"),
        &format!("t=1700000000,v1={}", &BY_NEW[..63]),
        &format!("t=1700000000,v1=zz{}", &BY_NEW[2..]),
        "t=1700000000,v1=é",
    ] {
        assert_eq!(verify(BODY, header, &["whsec_new"], 0), Err(SignatureError::Malformed), "{header}");
    }
}

#[test]
fn three_hundred_seconds_either_way() {
    let header = format!("t=1700000000,v1={BY_NEW}");
    for (offset, taken) in [(300, true), (-300, true), (301, false), (-301, false)] {
        let result = verify(BODY, &header, &["whsec_new"], offset);
        assert_eq!(result.is_ok(), taken, "{offset}");
        if !taken {
            assert_eq!(result, Err(SignatureError::OutOfTolerance));
        }
    }
    let strict = verify_signature(BODY, &header, &[Secret::new("whsec_new")], now(2), Duration::from_secs(1));
    assert_eq!(strict, Err(SignatureError::OutOfTolerance));
}

#[test]
fn a_signed_body_that_is_no_event_is_told_apart() {
    let signature = "dc48198d642f16b65e194cfc0b4532a6a544756525b6ba4007d336ba42c5678f";
    let header = format!("t=1700000000,v1={signature}");
    assert_eq!(verify(b"[]", &header, &["whsec_new"], 0), Err(SignatureError::NoEvent));
}
