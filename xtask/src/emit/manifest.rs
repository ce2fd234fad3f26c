//! The features in the manifests: one a family, and `full`.

use crate::emit::CORE_FAMILY;
use crate::ir::Api;

/// The line before the generated features.
pub const BEGIN: &str = "# @generated features: one for each API family";
/// The line after them.
pub const END: &str = "# @end";

/// The manifests with generated features, and the crates that each passes them on to.
const MANIFESTS: [(&str, &[&str]); 3] = [
    ("crates/wecom-models/Cargo.toml", &[]),
    ("crates/wecom-requests/Cargo.toml", &["wecom-models"]),
    ("crates/wecom-sdk/Cargo.toml", &["wecom-requests"]),
];

/// The generated lines of every manifest, by path.
pub fn features(api: &Api) -> Vec<(&'static str, String)> {
    let families: Vec<&str> = api.families().into_iter().filter(|family| *family != CORE_FAMILY).collect();
    let manifests = MANIFESTS.iter().map(|(path, dependencies)| {
        let mut lines = String::new();
        let quoted: Vec<String> = families.iter().map(|family| format!("\"{family}\"")).collect();
        lines.push_str(&format!("full = [{}]\n", quoted.join(", ")));
        for family in &families {
            let passed: Vec<String> =
                dependencies.iter().map(|name| format!("\"{name}/{family}\"")).collect();
            lines.push_str(&format!("{family} = [{}]\n", passed.join(", ")));
        }
        (*path, lines)
    });
    manifests.collect()
}
