//! A value that does not parse, before anyone knows where it stood in the request.

use crate::refusal::{FieldError, Refusal, RefusalClass};

/// Why a text or number is not the value it should be.
///
/// A type's own parser knows the code and the advice; the edge knows the field and adds it with [`Invalid::at`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Invalid {
    /// Stable machine-readable code in `snake_case`.
    pub code: &'static str,
    /// For people; says what to do next.
    pub detail: String,
}

impl Invalid {
    /// A reason with its code.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    /// The same reason, said of the field at `pointer` (RFC 6901).
    pub fn at(self, pointer: impl Into<String>) -> FieldError {
        FieldError { pointer: pointer.into(), code: self.code, detail: self.detail }
    }

    /// A refusal that names the one field at `pointer`: what is the matter with it is said there.
    pub fn refuse(self, pointer: impl Into<String>) -> Refusal {
        Refusal::new(RefusalClass::Rule, "validation_failed", self.detail.clone()).and(self.at(pointer))
    }
}
