-- What was captured lately, for the reconciliation's look at our own books.
CREATE INDEX payments_by_capture ON payments (captured_at) WHERE captured > 0;
