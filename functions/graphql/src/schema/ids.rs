//! Ids that name their kind, for `node(id:)` and for every argument that takes one.

use std::fmt;

use async_graphql::{ID, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;
use web::Problem;

use crate::errors::told;

/// The kinds of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Booking,
    Conversation,
    Payment,
    Property,
    Review,
    User,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Booking, Self::Conversation, Self::Payment, Self::Property, Self::Review, Self::User];

    /// The id of the node of this kind with this id in REST.
    pub(crate) fn id(self, id: impl Into<Uuid>) -> ID {
        ID(URL_SAFE_NO_PAD.encode(format!("{self}:{}", id.into())))
    }

    /// The id in REST; one that is none, or of another kind, is of nothing. REST's own ids are taken as well.
    pub(crate) fn read<T: From<Uuid>>(self, id: &ID) -> Result<T> {
        if let Ok(plain) = id.parse::<Uuid>() {
            return Ok(plain.into());
        }
        match read(id) {
            Some((kind, id)) if kind == self => Ok(id.into()),
            _ => Err(told(Problem::not_found())),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// What a node's id names.
pub(crate) fn read(id: &ID) -> Option<(Kind, Uuid)> {
    let bytes = URL_SAFE_NO_PAD.decode(id.as_str()).ok()?;
    let (kind, id) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    let kind = Kind::ALL.into_iter().find(|known| known.to_string() == kind)?;
    Some((kind, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_kind() {
        let plain = Uuid::from_u128(7);
        for kind in Kind::ALL {
            let id = kind.id(plain);
            assert_eq!(read(&id), Some((kind, plain)));
            assert_eq!(kind.read::<Uuid>(&id).unwrap(), plain);
            assert_eq!(kind.read::<Uuid>(&ID(plain.to_string())).unwrap(), plain);
        }
        assert!(Kind::Booking.read::<Uuid>(&Kind::User.id(plain)).is_err());
        for wrong in ["", "x", "QQ", "VXNlcjox"] {
            assert_eq!(read(&ID(wrong.to_owned())), None, "{wrong}");
        }
    }
}
