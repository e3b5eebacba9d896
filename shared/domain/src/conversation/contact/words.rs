//! The words that contact data is told by.

/// What stands for `@`.
const AT: [&str; 6] = ["at", "arroba", "arobase", "aet", "ät", "chez"];
/// What stands for the dot of a name.
const DOT: [&str; 5] = ["dot", "punkt", "punto", "point", "ponto"];
/// Mail services whose name says enough.
const PROVIDERS: [&str; 16] = [
    "gmail",
    "googlemail",
    "hotmail",
    "yahoo",
    "outlook",
    "icloud",
    "proton",
    "protonmail",
    "gmx",
    "aol",
    "live",
    "mail",
    "yandex",
    "zoho",
    "orange",
    "hey",
];
/// Messengers and networks at which people have names.
const NETWORKS: [&str; 21] = [
    "whatsapp",
    "whatsap",
    "wa",
    "telegram",
    "tg",
    "instagram",
    "insta",
    "ig",
    "facebook",
    "fb",
    "messenger",
    "signal",
    "wechat",
    "weixin",
    "snapchat",
    "snap",
    "skype",
    "viber",
    "discord",
    "tiktok",
    "line",
];
/// Top-level domains that people's addresses end in.
const ENDINGS: &str = " com net org info biz io co app dev me tv cc xyz online site shop store club live link page \
    email mail blog cloud pro eu uk de fr es it nl be ch at pl se no dk fi ie pt gr cz sk hu ro bg hr si lt lv ee lu \
    ru ua tr il ae sa in cn jp kr tw hk sg my th vn id ph au nz ca us mx br ar cl za ng ke eg ma ";
/// Those that are words as well: after a full stop without its space they say nothing.
const WORDS: &str =
    " at it me be is in us no so to my am do as by he id in link page live mail store shop pro club ";
/// Those that are words of the languages in which a dot is told.
const TOLD_WORDS: &str = " de es la se co ca ch si ma ar fr ";

fn is_in(list: &str, word: &str) -> bool {
    !word.is_empty() && list.contains(&format!(" {word} "))
}

pub(super) fn is_at(word: &str) -> bool {
    AT.contains(&word)
}

pub(super) fn is_dot(word: &str) -> bool {
    DOT.contains(&word)
}

pub(super) fn is_provider(word: &str) -> bool {
    PROVIDERS.contains(&word)
}

pub(super) fn is_network(word: &str) -> bool {
    NETWORKS.contains(&word)
}

/// Whether names end so.
pub(super) fn is_ending(word: &str) -> bool {
    is_in(ENDINGS, word)
}

/// Whether names end so and sentences do not begin so.
pub(super) fn is_plain_ending(word: &str) -> bool {
    is_ending(word) && !is_in(WORDS, word)
}

/// Whether it ends a name also where the dot before it is a word.
pub(super) fn is_told_ending(word: &str) -> bool {
    is_plain_ending(word) && !is_in(TOLD_WORDS, word)
}

/// The digits of a word: of a number by its digits, of a digit by its name one.
pub(super) fn digits_of(word: &str) -> Option<(usize, bool)> {
    const NAMES: &str = " zero oh one two three four five six seven eight nine \
        un deux trois quatre cinq sept huit neuf cero uno dos tres cuatro cinco seis siete ocho nueve \
        null eins zwei drei vier funf sechs sieben acht neun ";
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some((word.len(), false));
    }
    is_in(NAMES, word).then_some((1, true))
}
