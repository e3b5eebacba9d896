//! Use cases shared by REST, GraphQL and the workers.
