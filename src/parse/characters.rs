//! Folds white space, and removes characters that no feed may contain.

/// The use of a text; a line is stricter than running text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Style {
    /// Titles and names: no direction overrides, no invisible break points.
    #[default]
    Line,
    /// Abstracts and comments, where authors may use them on purpose.
    Prose,
}

/// Collects text: white space becomes single spaces, characters that no feed may contain are left out.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent things that were seen, not states")]
pub(super) struct Folded {
    style: Style,
    text: String,
    /// White space was seen and not yet written.
    gap: bool,
    /// Something precedes this text, so that a leading gap counts.
    follows: bool,
    has_bidi: bool,
    /// True if the text had U+FFFD, the replacement for undecodable bytes.
    pub(super) has_replacement: bool,
}

/// What happens to a character.
enum Treatment {
    Keep,
    Space,
    Bidi,
    Replacement,
    Drop,
}

impl Folded {
    pub(super) fn new(style: Style) -> Self {
        Self { style, ..Self::default() }
    }

    pub(super) fn push(&mut self, mut text: &str) {
        loop {
            let plain = plain_run(text.as_bytes());
            if plain > 0 {
                self.close_gap();
                self.text.push_str(&text[..plain]);
                text = &text[plain..];
            }
            let Some(next) = text.chars().next() else { return };
            self.push_char(next);
            text = &text[next.len_utf8()..];
        }
    }

    pub(super) fn push_char(&mut self, character: char) {
        match self.treatment(character) {
            Treatment::Keep => {
                self.close_gap();
                self.text.push(character);
            }
            Treatment::Space => self.gap = true,
            Treatment::Bidi => {
                self.has_bidi = true;
                self.close_gap();
                self.text.push(character);
            }
            Treatment::Replacement => self.has_replacement = true,
            Treatment::Drop => {}
        }
    }

    /// Adds white space for markup such as `<br>`.
    pub(super) fn space(&mut self) {
        self.gap = true;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// True if the text has direction controls.
    pub(super) fn has_bidi(&self) -> bool {
        self.has_bidi
    }

    /// Takes the text; a trailing gap stays pending for the next text.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Writes a pending gap before something other than text.
    pub(super) fn close_gap(&mut self) {
        if self.gap && (self.follows || !self.text.is_empty()) {
            self.text.push(' ');
        }
        self.gap = false;
    }

    /// The next text follows something: a gap before it counts.
    pub(super) fn follow(&mut self) {
        self.follows = true;
    }

    /// The next text begins a line: gaps before it do not count.
    pub(super) fn restart(&mut self) {
        self.text.clear();
        self.gap = false;
        self.follows = false;
        self.has_bidi = false;
    }

    fn treatment(&self, character: char) -> Treatment {
        match character {
            '\u{fffd}' => Treatment::Replacement,
            // The byte order mark, the marks of interlinear text and the object placeholder.
            '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{fdd0}'..='\u{fdef}' => Treatment::Drop,
            _ if u32::from(character) & 0xfffe == 0xfffe => Treatment::Drop,
            _ if is_bidi_control(character) => match self.style {
                Style::Line => Treatment::Drop,
                Style::Prose => Treatment::Bidi,
            },
            // Soft hyphen, zero-width space and word joiner split words for whoever searches a title.
            '\u{ad}' | '\u{200b}' | '\u{2060}' if self.style == Style::Line => Treatment::Drop,
            _ if character.is_whitespace() => Treatment::Space,
            _ if character.is_control() => Treatment::Drop,
            _ => Treatment::Keep,
        }
    }
}

/// A text without markup as one folded line.
pub(super) fn line(text: &str) -> String {
    let mut folded = Folded::new(Style::Line);
    folded.push(text);
    folded.take()
}

/// True if nothing of the text is visible.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|character| {
        character.is_whitespace()
            || is_bidi_control(character)
            || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
            || matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
    })
}

/// Embeddings, overrides and isolates (UAX #9), each of which opens or closes a part of a text.
pub(super) fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// True if the direction controls in the texts are paired.
///
/// An unpaired one reverses whatever follows the text in a reader.
pub(super) fn is_bidi_balanced<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let mut open = Vec::new();
    for character in texts.flat_map(str::chars) {
        match character {
            '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => open.push('\u{202c}'),
            '\u{2066}'..='\u{2068}' => open.push('\u{2069}'),
            '\u{202c}' | '\u{2069}' if open.pop() != Some(character) => return false,
            _ => {}
        }
    }
    open.is_empty()
}

/// The number of bytes that one step of the loop inspects.
const PIECE_BYTES: usize = 32;

/// The length of the longest prefix of ASCII words with single spaces between them, which needs no change.
fn plain_run(bytes: &[u8]) -> usize {
    if !bytes.first().is_some_and(u8::is_ascii_graphic) {
        return 0;
    }
    let is_plain = |before: u8, byte: u8| matches!((before, byte), (_, b'!'..=b'~') | (b'!'..=b'~', b' '));
    let mut end = 1;
    // Nearly every text is plain for long, and without an early end a piece takes a few instructions.
    while let Some(piece) = bytes.get(end - 1..end + PIECE_BYTES)
        && piece.iter().zip(&piece[1..]).fold(true, |plain, (before, byte)| plain & is_plain(*before, *byte))
    {
        end += PIECE_BYTES;
    }
    let rest = bytes[end - 1..].iter().zip(&bytes[end..]);
    end += rest.take_while(|(before, byte)| is_plain(**before, **byte)).count();
    if bytes[end - 1] == b' ' { end - 1 } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, expected: &str) {
        assert_eq!(line(page), expected, "{page:?}");
    }

    #[test]
    fn a_plain_run_ends_where_a_look_at_every_byte_finds_its_end() {
        let by_bytes = |bytes: &[u8]| {
            let mut end = 0;
            for (index, byte) in bytes.iter().enumerate() {
                match byte {
                    b'!'..=b'~' => end = index + 1,
                    b' ' if index == end && index > 0 => {}
                    _ => break,
                }
            }
            end
        };
        let words = "Consensus in the presence of ~partial synchrony, once more ".repeat(4);
        for at in 0..words.len() {
            for strange in [" ", "  ", "\n", "\u{7f}", "ö", "\0", ""] {
                let text = [&words[..at], strange, &words[at..]].concat();
                for beginning in [0, 1, at / 2, at] {
                    let bytes = &text.as_bytes()[beginning..];
                    assert_eq!(plain_run(bytes), by_bytes(bytes), "{:?}", &text[..at]);
                }
            }
        }
    }

    #[test]
    fn white_space_becomes_one_space_and_is_trimmed() {
        check("\n   One\n  Two\t\tThree\r\n Four \n", "One Two Three Four");
        check("a\u{a0}b\u{2028}c\u{2029}d\u{3000}e", "a b c d e");
        check("a  b", "a b");
        check(" ", "");
    }

    #[test]
    fn characters_that_no_feed_may_carry_are_left_out() {
        check("A\u{1}B\u{8}C\u{1f}D\u{7f}E\u{9b}F", "ABCDEF");
        check("x\u{fffe}y\u{ffff}z\u{fdd0}w\u{1ffff}v\u{feff}u", "xyzwvu");
        check("safe\u{202e}gpj.exe \u{2066}x", "safegpj.exe x");
        check("zero\u{200b}width soft\u{ad}hyphen", "zerowidth softhyphen");
    }

    #[test]
    fn joiners_marks_and_scripts_stay() {
        for text in
            ["👩\u{200d}👩\u{200d}👧 🇩🇪 ✈\u{fe0f}", "العربية עברית", "Z\u{301}\u{489}algo", "中文标题"]
        {
            check(text, text);
        }
    }

    #[test]
    fn a_replacement_character_is_left_out_and_remembered() {
        let mut folded = Folded::default();
        folded.push("a\u{fffd}b");
        assert!(folded.has_replacement);
        assert_eq!(folded.take(), "ab");
    }

    #[test]
    fn direction_controls_balance_only_in_pairs() {
        let balanced = |text: &str| is_bidi_balanced(std::iter::once(text));
        assert!(balanced("RTL \u{202e}abc\u{202c} \u{2066}x\u{2069}"));
        assert!(!balanced("safe\u{202e}gpj"));
        assert!(!balanced("\u{202c}"));
        assert!(!balanced("\u{2066}\u{202e}\u{2069}\u{202c}"));
    }

    #[test]
    fn only_invisible_characters_make_a_blank_text() {
        assert!(is_blank(" \u{200b}\u{a0}\u{200d} "));
        assert!(is_blank(""));
        assert!(!is_blank("\u{200b}x"));
    }
}
