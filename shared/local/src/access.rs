//! Who may use what only a machine of one's own should offer.

use std::net::IpAddr;

/// Whether a system bound to this address may offer demonstration accounts, the console, the clock and the faults.
pub(crate) fn is_private(host: IpAddr) -> bool {
    host.is_loopback()
}
