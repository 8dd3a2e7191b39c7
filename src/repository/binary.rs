//! Reading numbers and strings off a slice the way Lucene writes them.
//!
//! Called by `codec` and `segments`. Every read is checked: an end that comes too early is an error, never a panic.

use super::FormatError;

/// The unread rest of a slice.
pub(super) struct Bytes<'a> {
    rest: &'a [u8],
    /// What is being read, for the error.
    inside: &'static str,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(rest: &'a [u8], inside: &'static str) -> Self {
        Self { rest, inside }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], FormatError> {
        let (head, rest) =
            self.rest.split_at_checked(count).ok_or(FormatError::Truncated { inside: self.inside })?;
        self.rest = rest;
        Ok(head)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let (head, rest) =
            self.rest.split_first_chunk::<N>().ok_or(FormatError::Truncated { inside: self.inside })?;
        self.rest = rest;
        Ok(*head)
    }

    pub(super) fn byte(&mut self) -> Result<u8, FormatError> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Four bytes, big endian.
    pub(super) fn int(&mut self) -> Result<u32, FormatError> {
        self.array().map(u32::from_be_bytes)
    }

    /// Eight bytes, big endian.
    pub(super) fn long(&mut self) -> Result<u64, FormatError> {
        self.array().map(u64::from_be_bytes)
    }

    /// Seven bits a byte, lowest first; a set high bit says that another byte follows. At most 64 bits.
    pub(super) fn variable(&mut self) -> Result<u64, FormatError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(FormatError::Truncated { inside: "a number of variable length" })
    }

    /// A variable length, then as many bytes of UTF-8.
    pub(super) fn string(&mut self) -> Result<&'a str, FormatError> {
        let length =
            usize::try_from(self.variable()?).map_err(|_| FormatError::Truncated { inside: self.inside })?;
        std::str::from_utf8(self.take(length)?).map_err(|_| FormatError::NotUtf8 { what: self.inside })
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
