//! HTTP plumbing: serving, problem documents, extractors, the caller, idempotency, pagination.
