//! PostgreSQL's binary `numeric` as text.

use std::error::Error;
use std::fmt::Write as _;

/// Decodes digits in base 10,000: count, weight of the first, sign, digits after the point, then the digits.
pub(crate) fn decode(raw: &[u8]) -> Result<String, Box<dyn Error + Sync + Send>> {
    let words: Vec<u16> = raw.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    let [_, weight, sign, scale, digits @ ..] = words.as_slice() else {
        return Err("truncated numeric".into());
    };
    match *sign {
        0xC000 => return Ok("NaN".to_owned()),
        0xD000 => return Ok("Infinity".to_owned()),
        0xF000 => return Ok("-Infinity".to_owned()),
        _ => {}
    }
    let weight = weight.cast_signed();
    let digit =
        |position: i32| usize::try_from(position).ok().and_then(|at| digits.get(at)).copied().unwrap_or(0);
    let mut text = String::from(if *sign == 0x4000 { "-" } else { "" });
    if weight < 0 {
        text.push('0');
    }
    for position in 0..=i32::from(weight) {
        if position == 0 {
            write!(text, "{}", digit(0))?;
        } else {
            write!(text, "{:04}", digit(position))?;
        }
    }
    let scale = usize::from(*scale);
    if scale > 0 {
        let mut fraction = String::with_capacity(scale + 4);
        let mut position = i32::from(weight) + 1;
        // A small number's first digits are zeros which are not stored.
        for _ in position.min(0)..0 {
            fraction.push_str("0000");
            position += 1;
        }
        while fraction.len() < scale {
            write!(fraction, "{:04}", digit(position))?;
            position += 1;
        }
        text.push('.');
        text.push_str(&fraction[..scale]);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &[u16]) -> String {
        decode(&words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn digits_are_placed_by_weight_and_scale() {
        assert_eq!(text(&[0, 0, 0, 0]), "0");
        assert_eq!(text(&[2, 1, 0, 0, 12, 34]), "120034");
        assert_eq!(text(&[1, 1, 0, 2, 7]), "70000.00");
        assert_eq!(text(&[2, 0, 0x4000, 2, 12, 5000]), "-12.50");
        assert_eq!(text(&[1, (-1_i16).cast_unsigned(), 0, 3, 50]), "0.005");
        assert_eq!(text(&[1, (-2_i16).cast_unsigned(), 0, 8, 1]), "0.00000001");
        assert_eq!(text(&[0, 0, 0xC000, 0]), "NaN");
    }
}
