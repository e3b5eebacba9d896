//! All persistence: the Data API client, DynamoDB, one file per aggregate, migrations.
