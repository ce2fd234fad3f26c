//! The place at which a change is reported, and the names of the thing that changed.

use serde::Serialize;

use crate::api::{Document, Endpoint, Field, Module};
use crate::spec::names::ident;
use crate::spec::source::Path;
use crate::spec::{Part, Section};

/// One of the two specs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The older one.
    Base,
    /// The newer one.
    Head,
}

/// A thing in a spec: its place, and its names.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) side: Side,
    pub(super) file: String,
    pub(super) path: Path,
    /// In the spec: `media.get_media.request.media_id`.
    pub(super) spec: String,
    /// In `wecom_models`: `media::GetMedia::media_id`.
    pub(super) rust: String,
    /// All names by which a changelog may refer to it, or to the thing it belongs to.
    pub(super) names: Vec<String>,
}

impl Spot {
    pub(super) fn module(side: Side, module: &Module) -> Self {
        let path = Path::of(["title"]);
        Self::new(side, &module.spec, path, module.stem(), module.rust_path())
    }

    pub(super) fn endpoint(side: Side, module: &Module, endpoint: &Endpoint) -> Self {
        let path = Path::of([Section::Endpoints.key(), &endpoint.name]);
        let rust = format!("{}::{}", module.rust_path(), endpoint.request);
        Self::new(side, &module.spec, path, endpoint.id.clone(), rust)
    }

    pub(super) fn document(side: Side, module: &Module, event: &Document) -> Self {
        let rust = format!("{}::{}", module.rust_path(), event.ty);
        Self::new(side, &module.spec, event.section().entry(&event.name), event.id.clone(), rust)
    }

    pub(super) fn of_type(side: Side, module: &Module, section: Section, name: &str) -> Self {
        let rust = format!("{}::{name}", module.rust_path());
        Self::new(
            side,
            &module.spec,
            Path::of([section.key(), name]),
            format!("{}.{name}", module.stem()),
            rust,
        )
    }

    pub(super) fn new(side: Side, file: &str, path: Path, spec: String, rust: String) -> Self {
        Self { side, file: file.to_owned(), path, names: vec![spec.clone(), rust.clone()], spec, rust }
    }

    /// Returns a part of this operation.
    pub(super) fn part_of(&self, part: Part, module: &Module, name: &str) -> Self {
        let mut spot = self.part(self.path.key(part.key()), part.key(), "");
        spot.rust = format!("{}::{name}", module.rust_path());
        spot.names.push(spot.rust.clone());
        spot
    }

    /// Returns a field, given the path above all fields.
    pub(super) fn field(&self, fields: &Path, field: &Field) -> Self {
        let key = if field.optional { format!("{}?", field.wire) } else { field.wire.clone() };
        self.part(fields.key(&key), &field.wire, &ident(&field.rust).to_string())
    }

    /// Returns a thing inside this one, at a path of its own.
    pub(super) fn part(&self, path: Path, spec: &str, rust: &str) -> Self {
        let mut spot = self.clone();
        spot.path = path;
        spot.spec = format!("{}.{spec}", self.spec);
        if !rust.is_empty() {
            spot.rust = format!("{}::{rust}", self.rust);
        }
        spot.names.extend([spot.spec.clone(), spot.rust.clone()]);
        spot
    }

    /// Returns the same thing, reported at one of its keys.
    pub(super) fn key(&self, key: &str) -> Self {
        Self { path: self.path.key(key), ..self.clone() }
    }

    /// Returns the same thing, reported at an item of one of its lists.
    pub(super) fn item(&self, key: &str, index: usize) -> Self {
        Self { path: self.path.key(key).index(index), ..self.clone() }
    }
}

/// The same thing in both specs.
#[derive(Clone, Debug)]
pub(super) struct Both {
    pub(super) base: Spot,
    pub(super) head: Spot,
}

impl Both {
    /// Applies the same step on both sides.
    pub(super) fn step(&self, step: impl Fn(&Spot) -> Spot) -> Self {
        Self { base: step(&self.base), head: step(&self.head) }
    }
}
