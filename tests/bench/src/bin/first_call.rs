//! Times the first AWS call of a process, TLS handshake included, by the client that the functions use. Arguments: a
//! file with the certificate to trust. Prints the microseconds of the first call and of a second one.

use std::time::Instant;

use aws_sdk_dynamodb::types::AttributeValue;
use platform::{Aws, Env};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "it is a command")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let certificate = std::env::args().nth(1).ok_or("the file of a certificate is missing")?;
    let aws = Aws::with_roots(&Env::process(), &std::fs::read(certificate)?)?;
    let client = aws.dynamodb();
    for _ in 0..2 {
        let started = Instant::now();
        client.get_item().table_name("keys").key("pk", AttributeValue::S("a".to_owned())).send().await?;
        println!("{}", started.elapsed().as_micros());
    }
    Ok(())
}
