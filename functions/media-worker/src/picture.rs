//! From the bytes that somebody uploaded to a picture that may be shown: pure.
//!
//! The picture is decoded and written anew, so that nothing is left of what a camera or a mischief-maker put into the
//! file beside it: place, time, device, names, scripts.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

/// The largest upload, in bytes.
pub(crate) const MAX_BYTES: i64 = 20 * 1024 * 1024;
/// The most pixels that are decoded: beyond any phone's usual pictures.
const MAX_PIXELS: u64 = 64_000_000;
/// The longest edge that is decoded, in pixels.
const MAX_DECODED_EDGE: u32 = 20_000;
/// The longest edge that is shown, in pixels.
const MAX_SHOWN_EDGE: u32 = 2_560;
/// The shortest edge that makes a photo, in pixels.
const MIN_EDGE: u32 = 64;
/// What a decoder may allocate, in bytes: the pixels at eight bytes each, and room to work.
const MAX_ALLOCATION: u64 = MAX_PIXELS * 8 + 64 * 1024 * 1024;
/// The quality of what is written, of 100.
const QUALITY: u8 = 85;

/// A picture that may be shown.
#[derive(Debug)]
pub(crate) struct Processed {
    /// The file.
    pub(crate) jpeg: Vec<u8>,
    /// In pixels.
    pub(crate) width: u32,
    /// In pixels.
    pub(crate) height: u32,
}

/// Why a file makes no photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// More than 20 MiB.
    TooLarge,
    /// Neither JPEG nor PNG nor WebP, whatever it was called.
    UnsupportedType,
    /// More pixels than are decoded.
    TooManyPixels,
    /// An edge is too short to show anything.
    TooSmall,
    /// It is broken.
    Unreadable,
}

impl Rejection {
    /// The stable code.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::UnsupportedType => "unsupported_type",
            Self::TooManyPixels => "too_many_pixels",
            Self::TooSmall => "too_small",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Looks at the bytes, and makes of them a JPEG without anything but the picture, upright, with edges of at most 2560
/// pixels. Size, kind and dimensions are checked before anything is decoded.
pub(crate) fn process(bytes: &[u8]) -> Result<Processed, Rejection> {
    if i64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
        return Err(Rejection::TooLarge);
    }
    let picture = shrink(decode(bytes)?);
    let (width, height) = (picture.width(), picture.height());
    let opaque = on_white(picture);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode_image(&opaque)
        .map_err(|_| Rejection::Unreadable)?;
    Ok(Processed { jpeg, width, height })
}

/// The picture, upright.
fn decode(bytes: &[u8]) -> Result<DynamicImage, Rejection> {
    let Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) = image::guess_format(bytes)
    else {
        return Err(Rejection::UnsupportedType);
    };
    let mut decoder = ImageReader::with_format(Cursor::new(bytes), format)
        .into_decoder()
        .map_err(|_| Rejection::Unreadable)?;
    let (width, height) = decoder.dimensions();
    check_dimensions(width, height)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_DECODED_EDGE);
    limits.max_image_height = Some(MAX_DECODED_EDGE);
    limits.max_alloc = Some(MAX_ALLOCATION);
    decoder.set_limits(limits).map_err(|_| Rejection::TooManyPixels)?;
    // A file whose notes are broken may still have a picture; it stays as it lies.
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Rejection::Unreadable)?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(picture)
}

fn check_dimensions(width: u32, height: u32) -> Result<(), Rejection> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS || width.max(height) > MAX_DECODED_EDGE {
        return Err(Rejection::TooManyPixels);
    }
    if width.min(height) < MIN_EDGE {
        return Err(Rejection::TooSmall);
    }
    Ok(())
}

fn shrink(picture: DynamicImage) -> DynamicImage {
    if picture.width().max(picture.height()) <= MAX_SHOWN_EDGE {
        return picture;
    }
    picture.resize(MAX_SHOWN_EDGE, MAX_SHOWN_EDGE, FilterType::CatmullRom)
}

/// A JPEG has no transparency: what is transparent becomes white, not what happens to lie under it.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let transparent = picture.into_rgba8();
    RgbImage::from_fn(transparent.width(), transparent.height(), |x, y| {
        let [red, green, blue, alpha] = transparent.get_pixel(x, y).0;
        image::Rgb([red, green, blue].map(|colour| over_white(colour, alpha)))
    })
}

fn over_white(colour: u8, alpha: u8) -> u8 {
    let mixed = (u32::from(colour) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests;
