//! Process plumbing without HTTP: configuration, AWS clients, telemetry, queues.
