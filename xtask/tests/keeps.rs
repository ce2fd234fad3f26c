//! What is created and read back by its ID is kept by the mock.

use std::path::Path;

use xtask::api::{self, Endpoint, Module, Ty};
use xtask::spec::effect::{Effect, told};
use xtask::spec::load;

/// What an endpoint does, by its path, name and title.
fn effect(endpoint: &Endpoint) -> Option<Effect> {
    told(&endpoint.path, &endpoint.name, &endpoint.title).map(|told| told.effect)
}

/// The IDs that a call returns and another takes, neither of which has `keeps`: the call, the ID and the other.
fn unread(module: &Module) -> Vec<String> {
    let unkept = || module.endpoints().filter(|endpoint| endpoint.keeps.is_empty());
    let ids = |part: &str| -> Vec<String> {
        let fields = module.structure(part).map_or(&[][..], |part| &part.fields[..]);
        let is_id = |wire: &str| ["id", "_no"].iter().any(|end| wire.ends_with(end));
        let ids = fields.iter().filter(|field| {
            !field.optional && matches!(field.ty, Ty::String | Ty::Uint) && is_id(&field.wire)
        });
        ids.map(|field| field.wire.clone()).collect()
    };
    let mut found = Vec::new();
    for made in unkept().filter(|endpoint| effect(endpoint) == Some(Effect::Writes)) {
        for id in ids(&made.response) {
            let sent = module.structure(&made.request).is_some_and(|request| request.field(&id).is_some());
            let reads =
                |other: &&Endpoint| effect(other) == Some(Effect::Reads) && ids(&other.request).contains(&id);
            if let Some(read) = unkept().find(reads).filter(|_| !sent) {
                found.push(format!("{} returns `{id}`, by which {} reads: `keeps`?", made.id, read.name));
            }
        }
    }
    found
}

fn read(sources: &[xtask::spec::source::Source]) -> api::Api {
    api::read(sources, false).unwrap_or_else(|_| panic!("the spec has no mistake"))
}

#[test]
fn everything_that_is_created_and_read_by_its_id_is_kept() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let api = read(&load::sources(&spec).expect("the spec is there"));
    let unread: Vec<String> = api.modules.iter().flat_map(unread).collect();
    assert!(unread.is_empty(), "\n{}\n", unread.join("\n"));
}

#[test]
fn what_is_forgotten_is_found() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let mut sources = load::sources(&spec).expect("the spec is there");
    let approval = sources.iter_mut().find(|source| source.stem == "oa.approval").expect("it has approvals");
    let lines = approval.text.split_inclusive('\n').filter(|line| !line.contains("thing: approval_request"));
    approval.text = lines.collect();
    let unread: Vec<String> = read(&sources).modules.iter().flat_map(unread).collect();
    assert_eq!(
        unread,
        ["oa.approval.apply_event returns `sp_no`, by which get_approval_detail reads: `keeps`?"]
    );
}
