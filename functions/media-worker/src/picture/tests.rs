//! Pictures with everything in them that must not come out again.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbaImage};

use super::*;

/// What a camera might write: its name, and the place.
const CAMERA: &[u8] = b"SECRETCAM\0";

/// A TIFF structure (Exif 2.32, section 4.6) with a camera's name, an orientation and a place.
fn exif(orientation: u16) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value].concat()
    };
    let short = |value: u16| {
        let bytes = value.to_le_bytes();
        [bytes[0], bytes[1], 0, 0]
    };
    // Header 8, count 2, three entries of 12, next 4: the camera's name at 50, the place at 60.
    let mut tiff = b"II*\0\x08\0\0\0\x03\0".to_vec();
    tiff.extend(entry(0x010F, 2, 10, 50_u32.to_le_bytes()));
    tiff.extend(entry(0x0112, 3, 1, short(orientation)));
    tiff.extend(entry(0x8825, 4, 1, 60_u32.to_le_bytes()));
    tiff.extend([0; 4]);
    tiff.extend(CAMERA);
    // The place: north, 38 degrees.
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(0x0001, 2, 2, *b"N\0\0\0"));
    tiff.extend(entry(0x0002, 5, 1, 90_u32.to_le_bytes()));
    tiff.extend([0; 4]);
    tiff.extend(38_u32.to_le_bytes());
    tiff.extend(1_u32.to_le_bytes());
    tiff
}

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) })
}

fn encode(picture: &RgbImage, format: ImageFormat, exif: Option<Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    match format {
        ImageFormat::Jpeg => write(JpegEncoder::new(&mut bytes), picture, exif),
        ImageFormat::Png => write(PngEncoder::new(&mut bytes), picture, exif),
        _ => write(WebPEncoder::new_lossless(&mut bytes), picture, exif),
    }
    bytes
}

fn write(mut encoder: impl ImageEncoder, picture: &RgbImage, exif: Option<Vec<u8>>) {
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).unwrap();
    }
    encoder.write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8).unwrap();
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn shown(processed: &Processed) -> RgbImage {
    let picture =
        image::load_from_memory_with_format(&processed.jpeg, ImageFormat::Jpeg).unwrap().into_rgb8();
    assert_eq!((picture.width(), picture.height()), (processed.width, processed.height));
    picture
}

fn rejected(bytes: &[u8]) -> Rejection {
    process(bytes).unwrap_err()
}

/// Files of all three kinds, with the same notes.
fn noted(picture: &RgbImage, orientation: u16) -> [Vec<u8>; 3] {
    [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP]
        .map(|format| encode(picture, format, Some(exif(orientation))))
}

#[test]
fn nothing_of_the_cameras_notes_comes_out() {
    for bytes in noted(&halves(200, 100), 1) {
        assert!(contains(&bytes, CAMERA), "the test must plant them first");
        let processed = process(&bytes).unwrap();
        assert!(!contains(&processed.jpeg, CAMERA));
        for mark in [&b"Exif"[..], b"II*\0", b"http://ns.adobe.com", b"ICC_PROFILE"] {
            assert!(!contains(&processed.jpeg, mark), "{mark:?}");
        }
        // No application segment but JFIF's own, no comment.
        let segments: Vec<u8> = processed
            .jpeg
            .windows(2)
            .filter(|pair| pair[0] == 0xFF && matches!(pair[1], 0xE1..=0xEF | 0xFE))
            .map(|pair| pair[1])
            .collect();
        assert!(segments.is_empty(), "{segments:x?}");
    }
}

#[test]
fn the_picture_is_turned_upright_before_its_notes_go() {
    // 6: the camera was held with its right side down; shown, the left of the sensor is on top.
    for bytes in noted(&halves(200, 100), 6) {
        let processed = process(&bytes).unwrap();
        assert_eq!((processed.width, processed.height), (100, 200));
        let picture = shown(&processed);
        assert!(picture.get_pixel(50, 20)[0] > 200, "red above");
        assert!(picture.get_pixel(50, 180)[2] > 200, "blue below");
    }
}

#[test]
fn large_pictures_are_made_smaller_and_small_ones_left() {
    let wide = process(&encode(&halves(4_000, 1_000), ImageFormat::Jpeg, None)).unwrap();
    assert_eq!((wide.width, wide.height), (2_560, 640));
    shown(&wide);
    let small = process(&encode(&halves(300, 200), ImageFormat::Jpeg, None)).unwrap();
    assert_eq!((small.width, small.height), (300, 200));
}

#[test]
fn what_is_transparent_becomes_white() {
    let mut png = Vec::new();
    let clear = RgbaImage::from_pixel(100, 100, image::Rgba([10, 20, 30, 0]));
    PngEncoder::new(&mut png).write_image(&clear, 100, 100, ExtendedColorType::Rgba8).unwrap();
    let picture = shown(&process(&png).unwrap());
    assert!(picture.pixels().all(|pixel| pixel.0.iter().all(|colour| *colour > 250)));
    assert_eq!((over_white(10, 255), over_white(10, 0), over_white(0, 128)), (10, 255, 127));
}

#[test]
fn a_small_file_that_claims_a_huge_picture_is_not_decoded() {
    let picture = halves(100, 100);
    let mut jpeg = encode(&picture, ImageFormat::Jpeg, None);
    // SOF0 (ITU-T T.81, B.2.2): length, precision, height, width.
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF; 4]);
    assert_eq!(rejected(&jpeg), Rejection::TooManyPixels);

    let mut png = encode(&picture, ImageFormat::Png, None);
    // IHDR: width and height at 16, its checksum over type and data at 29.
    png[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]);
    let checksum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    assert_eq!(rejected(&png), Rejection::TooManyPixels);

    assert_eq!(check_dimensions(8_001, 8_000), Err(Rejection::TooManyPixels));
    assert_eq!(check_dimensions(20_001, 100), Err(Rejection::TooManyPixels));
    assert_eq!(check_dimensions(8_000, 8_000), Ok(()));
}

/// PNG, annex D.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1)))
    })
}

#[test]
fn what_is_no_photo_is_refused_whatever_it_is_called() {
    for bytes in [
        &b""[..],
        b"hello",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>",
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"%PDF-1.7",
        b"II*\0\x08\0\0\0",
    ] {
        assert_eq!(rejected(bytes), Rejection::UnsupportedType);
    }
    assert_eq!(rejected(&encode(&halves(63, 100), ImageFormat::Jpeg, None)), Rejection::TooSmall);
    assert_eq!(rejected(&vec![0; 20 * 1024 * 1024 + 1]), Rejection::TooLarge);
}

#[test]
fn a_broken_file_is_refused() {
    for bytes in noted(&halves(200, 100), 1) {
        assert!(process(&bytes[..bytes.len() / 3]).is_err());
    }
    assert_eq!(rejected(b"\xFF\xD8\xFF\xE0garbage"), Rejection::Unreadable);
    assert_eq!(rejected(b"\x89PNG\r\n\x1a\ngarbage"), Rejection::Unreadable);
}
