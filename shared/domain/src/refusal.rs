//! A rule that says no.

/// Which kind of no it is; the edge maps it to a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalClass {
    /// The state of the world is against it (nights taken, wrong state, stale version): trying again later may help.
    Conflict,
    /// The input breaks a rule: another input is needed.
    Rule,
    /// The caller may see the thing but not do this.
    Forbidden,
    /// Who is calling is not proved.
    Unauthenticated,
    /// Too much in too short a time.
    TooMany,
    /// The caller works on a version that is no longer current.
    Precondition,
    /// The thing existed and is gone for good, such as a spent token.
    Gone,
}

/// One field that a rule speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) to the field in the request's body, or `?name` for a query parameter.
    pub pointer: String,
    /// Stable machine-readable code in `snake_case`.
    pub code: &'static str,
    /// For people; says what to do next.
    pub detail: String,
}

/// A refused request: what a client is told, whatever protocol it speaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Refusal {
    /// Which kind of no it is.
    pub class: RefusalClass,
    /// Stable machine-readable code in `snake_case`.
    pub code: &'static str,
    /// For people; says what to do next and nothing internal.
    pub detail: String,
    /// The fields at fault, if any.
    pub errors: Vec<FieldError>,
}

impl Refusal {
    /// A refusal without a field.
    pub fn new(class: RefusalClass, code: &'static str, detail: impl Into<String>) -> Self {
        Self { class, code, detail: detail.into(), errors: Vec::new() }
    }

    /// The state of the world is against it.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(RefusalClass::Conflict, code, detail)
    }

    /// The input breaks a rule; names the field at fault.
    pub fn rule(code: &'static str, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(RefusalClass::Rule, code, detail).at(pointer)
    }

    /// Adds a field that carries this refusal's own code and text.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.errors.push(FieldError {
            pointer: pointer.into(),
            code: self.code,
            detail: self.detail.clone(),
        });
        self
    }

    /// Adds a further field.
    #[must_use]
    pub fn and(mut self, error: FieldError) -> Self {
        self.errors.push(error);
        self
    }
}
