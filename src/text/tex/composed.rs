//! Whether a text is in composed form (NFC), seen quickly for what abstracts are made of.

/// True where the text is in composed form. Latin and Greek letters and the signs of mathematics are, which is quick to see.
pub(super) fn is_composed(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_usual = |at: usize, byte: u8| {
        let after = |distance: usize| bytes.get(at + distance).copied().unwrap_or_default();
        match byte {
            // Below U+0300, or inside of a character; Greek without its old dot.
            ..0xCC | 0xCF => true,
            0xCE => after(1) != 0x87,
            // Small letters, U+1D00 to U+1D7F.
            0xE1 => matches!(after(1), 0xB4 | 0xB5),
            // Dashes, arrows, operators; but no spaces, combining signs, Ohm, Kelvin or angle brackets of old.
            0xE2 => match after(1) {
                0x80 => after(2) >= 0x90,
                0x83 | 0x84 | 0x8C | 0xAB => false,
                _ => true,
            },
            // The alphabets of mathematics, U+1D400 to U+1D7FF.
            0xF0 => after(1) == 0x9D && after(2) >= 0x90,
            _ => false,
        }
    };
    text.is_ascii()
        || bytes.iter().enumerate().all(|(at, byte)| *byte < 0xCC || is_usual(at, *byte))
        || unicode_normalization::is_nfc(text)
}
