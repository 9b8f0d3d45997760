//! Integers of variable length (LEB128): small ones take one byte.
//!
//! Seven bits a byte, low ones first; the highest bit says that more follow.

/// Adds a number at the end.
pub(super) fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(low_seven(number) | 0x80);
        number >>= 7;
    }
    bytes.push(low_seven(number));
}

fn low_seven(number: u64) -> u8 {
    number.to_le_bytes()[0] & 0x7f
}

#[inline]
/// Takes a number off the front; 0 where there is none.
pub(super) fn read(bytes: &mut &[u8]) -> u64 {
    if let Some((first, rest)) = bytes.split_first().filter(|(first, _)| **first < 0x80) {
        *bytes = rest;
        return u64::from(*first);
    }
    let mut number = 0;
    let mut shift = 0;
    while let Some((first, rest)) = bytes.split_first() {
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        shift += 7;
        if first & 0x80 == 0 || shift > 56 {
            break;
        }
    }
    number
}
