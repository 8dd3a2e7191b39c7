//! One page of a listing from its XML, line by line, without keeping what nobody asks for.
//!
//! A bucket of a hundred thousand blocks is half a million lines: the SDK's reader takes more time over them than all that is done with
//! them afterwards. Called by `page` alone; knows nothing of requests.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use super::{Listed, Page};

/// What the element that is open is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Truncated,
    Encoding,
    Key,
    Modified,
    Tag,
    Size,
    Class,
}

impl Field {
    /// By the names of the elements from the root down to it.
    fn at(path: &[Vec<u8>]) -> Option<Self> {
        Some(match path {
            [_, name] => match name.as_slice() {
                b"IsTruncated" => Field::Truncated,
                b"EncodingType" => Field::Encoding,
                _ => return None,
            },
            [_, line, name] if line == b"Contents" => match name.as_slice() {
                b"Key" => Field::Key,
                b"LastModified" => Field::Modified,
                b"ETag" => Field::Tag,
                b"Size" => Field::Size,
                b"StorageClass" => Field::Class,
                _ => return None,
            },
            _ => return None,
        })
    }
}

/// One line as far as it was read.
#[derive(Default)]
struct Line {
    key: Option<String>,
    size: Option<u64>,
    etag: String,
    class: Option<String>,
    modified: Option<Timestamp>,
}

/// The page in these bytes.
///
/// # Errors
///
/// When it is no listing, or not a whole one.
pub(super) fn page(bytes: &[u8]) -> Result<Page, String> {
    let mut reader = Reader::from_reader(bytes);
    let mut found = Found::default();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => found.open(start.local_name().as_ref())?,
            Event::Text(text) => {
                if found.field.is_some() {
                    found.text.push_str(&text.decode().map_err(|error| error.to_string())?);
                }
            }
            Event::GeneralRef(reference) => {
                if found.field.is_some() {
                    found.refer(&reference)?;
                }
            }
            Event::End(_) => found.close(),
            Event::Eof => return found.page(),
            Event::Empty(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

#[derive(Default)]
struct Found {
    path: Vec<Vec<u8>>,
    /// Names of elements that are closed, to be used again.
    spare: Vec<Vec<u8>>,
    field: Option<Field>,
    text: String,
    line: Line,
    lines: Vec<Listed>,
    more: bool,
    encoded: bool,
    whole: bool,
}

impl Found {
    fn open(&mut self, name: &[u8]) -> Result<(), String> {
        if self.path.is_empty() && name != b"ListBucketResult" {
            return Err(format!("a {} instead of a listing", String::from_utf8_lossy(name)));
        }
        let mut own = self.spare.pop().unwrap_or_default();
        own.clear();
        own.extend_from_slice(name);
        self.path.push(own);
        self.field = Field::at(&self.path);
        self.text.clear();
        Ok(())
    }

    fn refer(&mut self, reference: &quick_xml::events::BytesRef<'_>) -> Result<(), String> {
        if let Some(letter) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
            self.text.push(letter);
            return Ok(());
        }
        let name = reference.decode().map_err(|error| error.to_string())?;
        let meant = resolve_predefined_entity(&name).ok_or_else(|| format!("&{name}; means nothing"))?;
        self.text.push_str(meant);
        Ok(())
    }

    fn close(&mut self) {
        match self.field.take() {
            Some(field) => self.take(field),
            None if self.path.len() == 2 && self.path[1] == b"Contents" => self.end_line(),
            None => {}
        }
        self.spare.extend(self.path.pop());
        self.whole |= self.path.is_empty();
    }

    fn take(&mut self, field: Field) {
        let text = &self.text;
        match field {
            Field::Truncated => self.more = text == "true",
            Field::Encoding => self.encoded = text == "url",
            Field::Key => self.line.key = Some(text.clone()),
            Field::Modified => self.line.modified = text.parse().ok(),
            Field::Tag => self.line.etag.clone_from(text),
            Field::Size => self.line.size = text.parse().ok(),
            Field::Class => self.line.class = Some(text.clone()),
        }
    }

    /// A line without a key or a size says nothing.
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if let (Some(key), Some(size)) = (line.key, line.size) {
            self.lines.push(Listed {
                key,
                size,
                etag: line.etag,
                storage_class: line.class.unwrap_or_else(|| "STANDARD".to_owned()),
                // Whole seconds, as everywhere else.
                last_modified: line.modified.and_then(|at| Timestamp::from_second(at.as_second()).ok()),
            });
        }
    }

    fn page(mut self) -> Result<Page, String> {
        if !self.whole {
            return Err("it ends in the middle".into());
        }
        // A store that does not know the spelling of URLs says nothing of it.
        if self.encoded {
            self.lines.iter_mut().for_each(|line| spell_out(&mut line.key));
        }
        Ok(Page { lines: self.lines, more: self.more })
    }
}

/// Asked for in the spelling of URLs, because XML has no way to write some characters that a key may have.
pub(super) fn spell_out(key: &mut String) {
    if key.contains(['%', '+']) {
        *key = percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";

    fn keys(inner: &str) -> Vec<String> {
        let text = format!("{HEAD}{inner}</ListBucketResult>");
        page(text.as_bytes()).expect("a listing").lines.into_iter().map(|line| line.key).collect()
    }

    #[test]
    fn a_line_is_read_and_what_is_not_asked_for_is_passed_over() {
        let text = format!(
            "{HEAD}<Name>metrics</Name><Prefix/><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>true</IsTruncated>\n\
             <Contents><Key>01M826YJMTN7MY49VEBBR7VA9Q/index</Key><LastModified>2026-11-23T05:00:11.512Z</LastModified>\
             <ETag>&quot;0123&#34;</ETag><Size>618</Size><Owner><ID>Size</ID></Owner><StorageClass>GLACIER</StorageClass></Contents>\
             <CommonPrefixes><Prefix>zoo/</Prefix></CommonPrefixes></ListBucketResult>"
        );
        let line = Listed {
            key: "01M826YJMTN7MY49VEBBR7VA9Q/index".into(),
            size: 618,
            etag: "\"0123\"".into(),
            storage_class: "GLACIER".into(),
            last_modified: Some("2026-11-23T05:00:11Z".parse().expect("a time")),
        };
        assert_eq!(page(text.as_bytes()), Ok(Page { lines: vec![line], more: true }));
    }

    #[test]
    fn keys_come_as_they_are_or_in_the_spelling_of_urls() {
        let line = |key: &str| format!("<Contents><Key>{key}</Key><Size>0</Size></Contents>");
        assert_eq!(keys(&line("a+b%20&amp;&#x2f;é")), ["a+b%20&/é"]);
        assert_eq!(keys(&format!("<EncodingType>url</EncodingType>{}", line("a+b%2B%01"))), ["a b+\u{1}"]);
        // Said behind the lines, it holds for them all the same.
        assert_eq!(keys(&format!("{}<EncodingType>url</EncodingType>", line("a%20b"))), ["a b"]);
        assert_eq!(keys("<Contents><Key>without a size</Key></Contents>"), [""; 0]);
    }

    #[test]
    fn what_is_no_whole_listing_is_none() {
        let begun = format!("{HEAD}<Contents><Key>a</Key><Size>1</Size></Contents>");
        for (why, text) in [
            ("cut off", begun.as_str()),
            ("cut within a line", &begun[..begun.len() - 12]),
            ("an error", "<Error><Code>InternalError</Code></Error>"),
            ("a page for people", "<!DOCTYPE html><html><body>hello</body></html>"),
            ("nothing", ""),
            ("elements that do not fit", "<ListBucketResult><Contents></ListBucketResult>"),
            (
                "a name for nothing",
                "<ListBucketResult><Contents><Key>&nothing;</Key></Contents></ListBucketResult>",
            ),
        ] {
            assert!(page(text.as_bytes()).is_err(), "{why}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_page_or_a_fault(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), cut in 0_usize..400) {
            let _ = page(&bytes);
            let text = format!("{HEAD}<Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>");
            let _ = page(&text.as_bytes()[..cut.min(text.len())]);
        }
    }
}
