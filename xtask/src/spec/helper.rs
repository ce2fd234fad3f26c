//! Handwritten functions of `wecom-sdk` for endpoints that need more than a call.

use crate::spec::keywords::keywords;

keywords! {
    /// A function of `wecom-sdk` that does the work around a call.
    Helper {
        /// Sends a file as it is read, without holding it in memory.
        Upload = "Client::upload",
        /// Fetches a file piece by piece, as it comes.
        Download = "Client::download",
        /// Uploads a file to WeDrive, in blocks where it is large.
        UploadToDrive = "Client::upload_to_drive",
    }
}

impl Helper {
    /// Returns the feature of `wecom-sdk` that it needs besides its family's.
    pub fn feature(self) -> Option<&'static str> {
        match self {
            Self::UploadToDrive => Some("drive"),
            Self::Upload | Self::Download => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The client's documentation, whose links rustdoc checks.
    const CLIENT: &str = include_str!("../../../crates/wecom-sdk/src/lib.rs");

    #[test]
    fn every_helper_is_linked_in_the_documentation_of_the_client() {
        for helper in Helper::ALL {
            let link = format!("//! - [`{}`]", helper.keyword());
            assert!(CLIENT.contains(&link), "crates/wecom-sdk/src/lib.rs has no line `{link}`");
        }
    }
}
