//! Text as it looks: one plain character for each of its many spellings.

use std::ops::Range;

/// A text whose characters are folded, each with its place in the original.
#[derive(Debug)]
pub(super) struct Folded {
    characters: Vec<char>,
    places: Vec<Range<usize>>,
}

/// A word of a folded text.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: String,
}

impl Folded {
    pub(super) fn of(text: &str) -> Self {
        let mut folded = Self { characters: Vec::with_capacity(text.len()), places: Vec::new() };
        for (at, character) in text.char_indices() {
            let place = at..at + character.len_utf8();
            if is_invisible(character) {
                // It goes with what stands before it.
                if let Some(last) = folded.places.last_mut() {
                    last.end = place.end;
                }
                continue;
            }
            folded.characters.push(plain(character));
            folded.places.push(place);
        }
        folded
    }

    /// The folded character at a place; a space beyond the ends.
    pub(super) fn at(&self, index: usize) -> char {
        self.characters.get(index).copied().unwrap_or(' ')
    }

    /// The character before a place; a space at the beginning.
    pub(super) fn before(&self, index: usize) -> char {
        index.checked_sub(1).map_or(' ', |index| self.at(index))
    }

    pub(super) const fn len(&self) -> usize {
        self.characters.len()
    }

    /// Where a range of folded characters stands in the text.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.places.get(range.start).map_or(0, |place| place.start);
        let last = range.end.checked_sub(1).and_then(|last| self.places.get(last));
        start..last.map_or(start, |place| place.end)
    }

    /// All runs of letters and digits.
    pub(super) fn words(&self) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        for (index, character) in self.characters.iter().enumerate() {
            if !character.is_alphanumeric() && *character != '_' {
                continue;
            }
            match words.last_mut() {
                Some(word) if word.end == index => {
                    word.end = index + 1;
                    word.text.push(*character);
                }
                _ => words.push(Word { start: index, end: index + 1, text: character.to_string() }),
            }
        }
        words
    }
}

/// Characters without a shape of their own: joiners, selectors, soft hyphens, accents, tags, the frames of key caps.
const fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}' | '\u{300}'..='\u{36F}' | '\u{200B}'..='\u{200F}'
        | '\u{2060}'..='\u{2064}' | '\u{20D0}'..='\u{20F0}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E01EF}')
}

/// The first digits of scripts whose ten digits follow one another.
const ZEROS: [u32; 16] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50,
    0x0ED0, 0x1040, 0xFF10,
];

/// Letters that look like Latin ones, and those.
const TWINS: [(&str, char); 17] = [
    ("аαɑáàâäãåａ", 'a'),
    ("вβ", 'b'),
    ("сϲç", 'c'),
    ("ԁ", 'd'),
    ("еєεéèêë", 'e'),
    ("ɡ", 'g'),
    ("һн", 'h'),
    ("іιıíìîï", 'i'),
    ("ј", 'j'),
    ("кκ", 'k'),
    ("ӏ", 'l'),
    ("мμ", 'm'),
    ("оοөóòôöõø", 'o'),
    ("рρ", 'p'),
    ("ѕ", 's'),
    ("тτ", 't'),
    ("хχ", 'x'),
];

fn plain(character: char) -> char {
    let code = u32::from(character);
    let digit = |value: u32| char::from_digit(value, 10).unwrap_or(character);
    match code {
        // Full-width forms of ASCII.
        0xFF01..=0xFF5E => return plain(char::from_u32(code - 0xFEE0).unwrap_or(' ')),
        // Mathematical letters stand in runs of 26 capitals and 26 small ones, their digits in runs of ten.
        0x1D400..=0x1D6A3 => {
            return char::from_u32(u32::from('a') + (code - 0x1D400) % 26).unwrap_or(character);
        }
        0x1D7CE..=0x1D7FF => return digit((code - 0x1D7CE) % 10),
        // In circles, in brackets, with full stops, negative, as segments.
        0x2460..=0x2468 => return digit(code - 0x245F),
        0x2474..=0x247C => return digit(code - 0x2473),
        0x2488..=0x2490 => return digit(code - 0x2487),
        0x24B6..=0x24CF => return char::from_u32(u32::from('a') + code - 0x24B6).unwrap_or(character),
        0x24D0..=0x24E9 => return char::from_u32(u32::from('a') + code - 0x24D0).unwrap_or(character),
        0x24EA => return '0',
        0x2776..=0x277E => return digit(code - 0x2775),
        0x1FBF0..=0x1FBF9 => return digit(code - 0x1FBF0),
        0x1F130..=0x1F149 => return char::from_u32(u32::from('a') + code - 0x1F130).unwrap_or(character),
        0x2070 | 0x2074..=0x2079 => return digit(code - 0x2070),
        0x2080..=0x2089 => return digit(code - 0x2080),
        _ => {}
    }
    if let Some(zero) = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)) {
        return digit(code - zero);
    }
    match character {
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '﹫' => '@',
        '。' | '．' | '․' | '｡' | '﹒' | '·' | '•' | '‧' => '.',
        '‐'..='―' | '−' | '﹣' | '－' | '⁃' => '-',
        '⁄' | '∕' => '/',
        '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' | '\n' | '\t' => ' ',
        _ => twin(character.to_lowercase().next().unwrap_or(character)),
    }
}

fn twin(character: char) -> char {
    if character.is_ascii() {
        return character;
    }
    TWINS.iter().find(|(group, _)| group.contains(character)).map_or(character, |(_, twin)| *twin)
}
