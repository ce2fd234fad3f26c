//! What the spec says of all fields of one kind that are sent.

use std::path::Path;

use xtask::api::{self, Field, Ty, Type};
use xtask::spec::load;

/// What an image is called in a description of its URL.
const IMAGES: [&str; 4] = ["cover", "icon", "image", "logo"];

/// Returns whether a description is that of an image's URL: of its first sentence, which says what a field is.
fn is_image_url(wire: &str, ty: &Ty, doc: &str) -> bool {
    let first = doc.split(". ").next().unwrap_or_default();
    let names_image = IMAGES.iter().any(|image| first.to_lowercase().contains(image));
    let is_text = ty.layers().all(|ty| matches!(ty, Ty::String | Ty::List(_)));
    is_text && wire.contains("url") && first.contains("URL") && names_image
}

/// Returns whether a description is that of a duration in seconds, and not of a time of day.
fn is_in_seconds(ty: &Ty, doc: &str) -> bool {
    matches!(ty, Ty::Int | Ty::Uint) && doc.contains("in seconds") && !doc.contains("midnight")
}

/// Returns the fields that are sent and of which this holds, each with its place.
fn sent(holds: impl Fn(&Field) -> bool) -> Vec<(String, Field)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace");
    let sources = load::sources(&root.join("spec")).expect("the spec can be read");
    let Ok(api) = api::read(&sources, false) else {
        panic!("`cargo xtask codegen` reports the mistakes of the spec")
    };
    let types = api.modules.into_iter().flat_map(|module| {
        let stem = module.stem();
        module.types.into_iter().map(move |ty| (stem.clone(), ty))
    });
    let structs = types.filter_map(|(stem, ty)| match ty {
        Type::Struct(structure) if structure.direction.sent => Some((stem, structure)),
        _ => None,
    });
    let fields = structs.flat_map(|(stem, structure)| {
        let place = format!("{stem}: {}", structure.name);
        structure.fields.into_iter().map(move |field| (format!("{place}.{}", field.wire), field))
    });
    fields.filter(|(_, field)| holds(field)).collect()
}

#[test]
fn the_description_of_each_image_url_says_where_it_comes_from() {
    let urls = sent(|field| is_image_url(&field.wire, &field.ty, &field.doc));
    assert!(urls.len() > 15, "{} are too few", urls.len());
    // WeCom downloads some images itself, from anywhere.
    let has_origin = |doc: &str| doc.contains("[`Upload") || doc.contains("WeCom downloads");
    let silent = urls.iter().filter(|(_, field)| !has_origin(&field.doc));
    let silent: Vec<String> = silent.map(|(place, field)| format!("{place}: {}", field.doc)).collect();
    assert!(
        silent.is_empty(),
        "say where the image is uploaded, or that WeCom downloads it:\n{}",
        silent.join("\n")
    );
}

#[test]
fn each_duration_in_seconds_has_the_unit_that_takes_a_duration() {
    let durations = sent(|field| is_in_seconds(&field.ty, &field.doc));
    assert!(durations.len() > 15, "{} are too few", durations.len());
    let plain = durations.iter().filter(|(_, field)| field.unit.is_none());
    let plain: Vec<String> = plain.map(|(place, field)| format!("{place}: {}", field.doc)).collect();
    assert!(plain.is_empty(), "write `unit: seconds`:\n{}", plain.join("\n"));
}

#[test]
fn fields_are_known_by_their_descriptions() {
    for (wire, doc, expected) in [
        ("url", "The image's URL.", true),
        ("icon_url", "The icon's URL. Recommended: 72×72 pixels.", true),
        ("picurl", "The URL of a JPG or PNG image.", true),
        ("url", "The URL that a click opens. Ignored if there is an image.", false),
        ("image", "The image's `media_id`.", false),
    ] {
        assert_eq!(is_image_url(wire, &Ty::String, doc), expected, "{wire}: {doc}");
    }
    assert!(is_in_seconds(&Ty::Uint, "The duration, in seconds."));
    assert!(!is_in_seconds(&Ty::Uint, "The start of work, in seconds after midnight."));
    assert!(!is_in_seconds(&Ty::Uint, "The duration, in hours."));
}
