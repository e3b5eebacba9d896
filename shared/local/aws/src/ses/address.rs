//! Mail addresses.

use crate::error::AwsError;

/// The bare address in `local@domain` or `Name <local@domain>`.
///
/// Follows the `Mailbox` of RFC 5321, section 4.1.2, without quoted local parts, address literals and non-ASCII
/// letters, which SES does not take unencoded.
pub(super) fn bare(address: &str) -> Result<&str, AwsError> {
    let refuse = || {
        AwsError::sender("BadRequestException", format!("Missing or malformed email address: {address:?}"))
    };
    if address.chars().any(char::is_control) || !address.is_ascii() || address.len() > 320 {
        return Err(refuse());
    }
    let bare = match address.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').ok_or_else(refuse)?,
        None => address,
    };
    let (local, domain) = bare.split_once('@').ok_or_else(refuse)?;
    if is_local_part(local) && is_domain(domain) { Ok(bare) } else { Err(refuse()) }
}

fn is_local_part(text: &str) -> bool {
    let atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    let dots = text.starts_with('.') || text.ends_with('.') || text.contains("..");
    (1..=64).contains(&text.len()) && !dots && text.bytes().all(atom)
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        letters && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

/// Whether one of the verified addresses or domains covers the sender.
pub(super) fn is_verified(identities: &[String], bare: &str) -> bool {
    let domain = bare.split_once('@').map_or("", |(_, domain)| domain);
    identities.is_empty()
        || identities
            .iter()
            .any(|it| it.eq_ignore_ascii_case(bare) || (!it.contains('@') && it.eq_ignore_ascii_case(domain)))
}
