//! The file: rows of Inside Airbnb's `listings.csv`, plain or gzipped.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use anyhow::{Context as _, bail};
use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;
use serde::Deserialize;

/// The first bytes of every gzip file (RFC 1952, section 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The columns without which a row says nothing.
const NEEDED: [&str; 6] = ["id", "name", "latitude", "longitude", "property_type", "accommodates"];

/// One row as it stands in the file: every cell is text, an absent column is an empty cell.
///
/// Column names and meanings are Inside Airbnb's (its data dictionary).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Row {
    pub id: String,
    pub name: String,
    pub description: String,
    pub latitude: String,
    pub longitude: String,
    pub property_type: String,
    pub room_type: String,
    pub accommodates: String,
    /// A number such as `1.5`; in older files always empty.
    pub bathrooms: String,
    /// Such as `1.5 shared baths` or `Half-bath`.
    pub bathrooms_text: String,
    pub bedrooms: String,
    pub beds: String,
    /// A JSON array of free text.
    pub amenities: String,
    /// Such as `$1,234.00`, with a dollar sign in every currency.
    pub price: String,
    pub minimum_nights: String,
    pub maximum_nights: String,
    /// `t` or `f`.
    pub instant_bookable: String,
}

/// A record of the file.
#[derive(Debug)]
pub(crate) enum Record {
    /// A row.
    Row(Box<Row>),
    /// A record that is no row, with the line it begins on.
    Unreadable(u64),
    /// The file breaks off here, with the reason; nothing follows.
    Broken(String),
}

/// The records of a file, read as they are asked for.
pub(crate) struct Records {
    rows: Option<csv::DeserializeRecordsIntoIter<Box<dyn Read + Send>, Row>>,
}

impl Records {
    /// Opens the file and checks that it has the columns that are needed. `bar` is moved on by the bytes read.
    pub(crate) fn open(path: &Path, bar: &ProgressBar) -> anyhow::Result<Self> {
        let mut file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        bar.set_length(file.metadata()?.len());
        let mut magic = Vec::new();
        file.by_ref().take(2).read_to_end(&mut magic)?;
        file.rewind()?;
        let bytes = BufReader::new(bar.wrap_read(file));
        let text: Box<dyn Read + Send> =
            if magic == GZIP_MAGIC { Box::new(MultiGzDecoder::new(bytes)) } else { Box::new(bytes) };
        Self::of(text).with_context(|| format!("cannot read {}", path.display()))
    }

    /// The records of a text.
    pub(crate) fn of(text: Box<dyn Read + Send>) -> anyhow::Result<Self> {
        let mut reader = csv::Reader::from_reader(text);
        let headers = reader.headers()?;
        let missing: Vec<&str> =
            NEEDED.into_iter().filter(|name| !headers.iter().any(|header| header == *name)).collect();
        if !missing.is_empty() {
            bail!(
                "it lacks the columns {}; is it Inside Airbnb's detailed listings.csv?",
                missing.join(", ")
            );
        }
        Ok(Self { rows: Some(reader.into_deserialize()) })
    }
}

impl Iterator for Records {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        match self.rows.as_mut()?.next()? {
            Ok(row) => Some(Record::Row(Box::new(row))),
            // A reader that failed once fails for ever.
            Err(error) if error.is_io_error() => {
                self.rows = None;
                Some(Record::Broken(error.to_string()))
            }
            Err(error) => Some(Record::Unreadable(error.position().map_or(0, csv::Position::line))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const HEAD: &str = "id,name,latitude,longitude,property_type,accommodates\n";

    fn records(text: Vec<u8>) -> Vec<Record> {
        Records::of(Box::new(Cursor::new(text))).unwrap().collect()
    }

    #[test]
    fn a_bad_record_does_not_end_the_file() {
        let mut text = format!("\u{feff}{HEAD}1,One,1,2,Home,2\n2,short\n").into_bytes();
        text.extend(b"3,\xff\xfe,1,2,Home,2\n4,\"Two\nlines\",1,2,Home,2\n");
        let records = records(text);
        let [Record::Row(one), Record::Unreadable(3), Record::Unreadable(4), Record::Row(four)] =
            records.as_slice()
        else {
            panic!("{records:?}");
        };
        assert_eq!((one.id.as_str(), four.name.as_str()), ("1", "Two\nlines"));
        assert_eq!(one.price, "", "an absent column is an empty cell");
    }

    #[test]
    fn missing_columns_are_named() {
        let Err(error) = Records::of(Box::new(Cursor::new(b"id,name,latitude\n".to_vec()))) else {
            panic!("taken without its columns");
        };
        assert!(error.to_string().contains("longitude, property_type, accommodates"), "{error}");
    }

    #[test]
    fn gzip_is_known_by_its_first_bytes_and_a_broken_one_ends_the_file() {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(HEAD.as_bytes()).unwrap();
        for id in 0..2_000 {
            writeln!(packed, "{id},Name {id},1,2,Home,2").unwrap();
        }
        let packed = packed.finish().unwrap();

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("listings");
        std::fs::write(&path, &packed).unwrap();
        let bar = ProgressBar::hidden();
        assert_eq!(Records::open(&path, &bar).unwrap().count(), 2_000);
        assert_eq!((bar.position(), bar.length()), (packed.len() as u64, Some(packed.len() as u64)));

        std::fs::write(&path, &packed[..packed.len() / 2]).unwrap();
        let records: Vec<Record> = Records::open(&path, &bar).unwrap().collect();
        assert!(matches!(records.last(), Some(Record::Broken(_))), "{:?}", records.last());
    }
}
