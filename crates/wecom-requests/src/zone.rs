//! The calls of programs in the data and intelligence zone (数据与智能专区), which WeCom's SDK carries instead of HTTP.

use serde::Serialize;
use wecom_models::wire::{ReadObject, Reading};

use crate::errcode::ErrorCode;
use crate::response::read_json;
use crate::{BuildError, Check, Errcode, JobState, Quota, Rate, ResponseError, Violations};

/// A call that a program in the data and intelligence zone (数据与智能专区) makes. In `wecom-sdk`, it needs the feature `zone`.
///
/// WeCom's SDK carries it: a library for C++, Java or Python that takes a name and JSON, and returns JSON. It knows which company and app
/// the call is for. [`invoke`](Self::invoke) does the rest around it:
///
/// ```
/// # #[cfg(feature = "zone")] {
/// use wecom_models::zone::archive::SyncMsg;
/// # use wecom_requests::{ZoneCall, ZonePaged};
/// # struct Sdk;
/// # impl Sdk {
/// #     fn invoke(&self, name: &str, request: &str) -> Result<String, std::io::Error> {
/// #         assert_eq!((name, request), ("sync_msg", r#"{"limit":100}"#));
/// #         Ok(r#"{"errcode":0,"errmsg":"ok","has_more":0,"next_cursor":"C2","msg_list":[]}"#.to_owned())
/// #     }
/// # }
/// # let sdk = Sdk;
/// let call = SyncMsg::new().limit(100);
/// let page = call.invoke(|name, request| sdk.invoke(name, request)).unwrap();
/// assert_eq!(call.next_cursor(&page), None);
/// # }
/// ```
///
/// If a closure doesn't fit, as in an asynchronous program, [`to_json`](Self::to_json) and [`parse`](Self::parse) are its two
/// halves.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a call of the zone",
    note = "calls of the zone are in `wecom_models::zone`; `wecom-requests` needs the feature `zone`, too"
)]
pub trait ZoneCall: Check + Serialize {
    /// The response of a successful call.
    type Response: ReadObject;

    /// The facts about this call.
    const META: &'static ZoneMeta;

    /// Returns the JSON for the SDK. Limits aren't checked: [`Check::violations`] does that.
    fn to_json(&self) -> Result<String, BuildError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Parses what the SDK returned: the response, or the error that WeCom reports.
    fn parse(response: impl AsRef<[u8]>) -> Result<Self::Response, ResponseError> {
        read_json(Errcode::Always, response.as_ref(), Reading::MEMORY)
            .map_err(|error| error.with_codes(Self::META.codes))
    }

    /// Checks the documented limits, has the SDK make the call, and parses the response. `sdk` gets the call's name and its JSON.
    fn invoke<E, T: AsRef<[u8]>>(
        &self,
        sdk: impl FnOnce(&str, &str) -> Result<T, E>,
    ) -> Result<Self::Response, InvokeError<E>> {
        self.violations()?;
        let response = sdk(Self::META.name, &self.to_json()?).map_err(InvokeError::Sdk)?;
        Ok(Self::parse(response)?)
    }
}

/// A call of the zone whose response comes in pages. In `wecom-sdk`, it needs the feature `zone`.
pub trait ZonePaged: ZoneCall {
    /// Returns the cursor that this call starts from; `None` for the first page.
    fn cursor(&self) -> Option<String>;

    /// Turns this into a call for the page that starts at a cursor.
    fn set_cursor(&mut self, cursor: String);

    /// Returns the cursor of the page after `page`; `None` after the last one, and an empty string if more follows but the page doesn't
    /// say where.
    fn next_cursor(&self, page: &Self::Response) -> Option<String>;
}

/// A call of the zone for the progress of a job, which WeCom continues after another call has started it. In `wecom-sdk`, it needs the feature `zone`.
///
/// ```
/// # #[cfg(feature = "zone")] {
/// use wecom_models::zone::model::GetSummaryResult;
/// # use wecom_requests::{JobState, ZoneCall, ZoneJob};
///
/// let response = r#"{ "errcode": 0, "errmsg": "ok", "status": 1, "fail_list": [], "response_data": "They agreed." }"#;
/// let summary = GetSummaryResult::parse(response).unwrap();
/// assert_eq!(GetSummaryResult::state(&summary), JobState::Done);
/// # }
/// ```
pub trait ZoneJob: ZoneCall {
    /// Returns the job's ID.
    fn job_id(&self) -> &str;

    /// Returns the state of the job, by a response. While it is [pending](JobState::Pending), repeat the call after a pause.
    fn state(response: &Self::Response) -> JobState;
}

/// The facts about a call of the zone. In `wecom-sdk`, it needs the feature `zone`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ZoneMeta {
    /// Its name in the spec, with its module: `zone.archive.sync_msg`.
    pub id: &'static str,
    /// The title of its page.
    pub title: &'static str,
    /// The name that the SDK takes (请求接口名).
    pub name: &'static str,
    /// The URL of its page.
    pub page: &'static str,
    /// Whether it only reads, so that it may be made again after a lost response.
    pub safe: bool,
    /// The documented rate limits; empty if there are none. The program has to comply with them itself.
    pub rates: &'static [Rate],
    /// The documented rates that count something other than calls. The program has to keep them, too.
    pub quotas: &'static [Quota],
    /// The documented maximum number of concurrent calls, if there is one.
    pub concurrency: Option<u32>,
    /// The error codes that its own page documents.
    pub codes: &'static [ErrorCode],
}

/// The reason why a call of the zone failed. In `wecom-sdk`, it needs the feature `zone`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvokeError<E> {
    /// The call breaks documented limits, so it wasn't made.
    #[error(transparent)]
    Limits(#[from] Violations),
    /// The call can't be serialized as JSON.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The SDK didn't return a response.
    #[error("the SDK of the zone failed: {0}")]
    Sdk(E),
    /// The response is an error, or can't be decoded.
    #[error(transparent)]
    Response(#[from] ResponseError),
}

/// An error of WeCom's SDK: `SpecSDK.invoke` returned a code other than 0. In `wecom-sdk`, it needs the feature `zone`.
///
/// ```
/// # use wecom_requests::ZoneSdkError;
/// assert_eq!(ZoneSdkError::check(0), Ok(()));
/// assert_eq!(ZoneSdkError::check(-10002), Err(ZoneSdkError::Network));
/// ```
///
/// In the closure of [`ZoneCall::invoke`], `ZoneSdkError::check(code)?` passes it on as [`InvokeError::Sdk`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneSdkError {
    /// -10001: an internal error, not of the network.
    #[error("an internal error (-10001)")]
    Internal,
    /// -10002: the connection failed, or reading or writing took too long.
    #[error("the network failed (-10002)")]
    Network,
    /// -10003: the HTTP status isn't valid.
    #[error("the HTTP status isn't valid (-10003)")]
    HttpStatus,
    /// -10004: the signature doesn't match.
    #[error("the signature doesn't match (-10004)")]
    Signature,
    /// -10005: the response can't be decrypted.
    #[error("the response can't be decrypted (-10005)")]
    Decryption,
    /// -10006: the SDK doesn't know the call. It may be too old.
    #[error("the SDK doesn't know the call: update it if it is old (-10006)")]
    UnknownCall,
    /// -10008: the version of the key doesn't match. In debug mode, the access token may have expired.
    #[error(
        "the version of the key doesn't match; in debug mode, the access token may have expired (-10008)"
    )]
    KeyVersion,
    /// -10009: the JSON isn't valid.
    #[error("the JSON isn't valid (-10009)")]
    Json,
    /// A code that isn't documented.
    #[error("an undocumented error ({0})")]
    Other(i64),
}

impl ZoneSdkError {
    const CODES: [(i64, Self); 8] = [
        (-10001, Self::Internal),
        (-10002, Self::Network),
        (-10003, Self::HttpStatus),
        (-10004, Self::Signature),
        (-10005, Self::Decryption),
        (-10006, Self::UnknownCall),
        (-10008, Self::KeyVersion),
        (-10009, Self::Json),
    ];

    /// Returns the error with this code of the SDK, unless it is 0.
    pub fn check(code: i64) -> Result<(), Self> {
        if code == 0 {
            return Ok(());
        }
        let known = Self::CODES.into_iter().find(|(known, _)| *known == code);
        Err(known.map_or(Self::Other(code), |(_, error)| error))
    }

    /// Returns its code.
    pub fn code(self) -> i64 {
        match self {
            Self::Other(code) => code,
            known => Self::CODES.into_iter().find(|(_, error)| *error == known).map_or(0, |(code, _)| code),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use wecom_models::wire::Field;

    use super::*;
    use crate::Checker;

    #[derive(Serialize)]
    struct Brew {
        leaf: String,
    }

    impl Check for Brew {
        fn check(&self, checker: &mut Checker) {
            checker.max_bytes("leaf", &self.leaf, 5);
        }
    }

    #[derive(Debug, Default, PartialEq)]
    struct Tea {
        cups: u64,
    }

    impl ReadObject for Tea {
        fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
            match name {
                "cups" => field.read(&mut self.cups).map(drop),
                _ => field.skip(),
            }
        }
    }

    impl ZoneCall for Brew {
        type Response = Tea;
        const META: &'static ZoneMeta = &ZoneMeta {
            id: "tea.brew",
            title: "泡茶",
            name: "brew",
            page: "",
            safe: false,
            rates: &[],
            quotas: &[],
            concurrency: None,
            codes: &[ErrorCode { code: 7, name: "NO_WATER", doc: "There is no water.", help: None }],
        };
    }

    fn brew(leaf: &str) -> Brew {
        Brew { leaf: leaf.to_owned() }
    }

    #[test]
    fn the_sdk_gets_name_and_json_and_what_it_returns_is_read() {
        let tea = brew("green").invoke(|name, request| {
            assert_eq!((name, request), ("brew", r#"{"leaf":"green"}"#));
            Ok::<_, Infallible>(r#"{"errcode":0,"errmsg":"ok","cups":"2"}"#)
        });
        assert_eq!(tea.expect("it succeeds"), Tea { cups: 2 });
    }

    #[test]
    fn a_call_beyond_its_limits_is_not_made() {
        let refused = brew("too green").invoke(|_, _| -> Result<&str, Infallible> { panic!("it was made") });
        assert!(matches!(refused, Err(InvokeError::Limits(_))), "{refused:?}");
    }

    #[test]
    fn each_code_of_the_sdk_is_an_error_with_its_code_in_the_text() {
        for code in [-10001, -10002, -10003, -10004, -10005, -10006, -10008, -10009, -10007, 1, i64::MIN] {
            let error = ZoneSdkError::check(code).expect_err("it isn't 0");
            assert_eq!(error.code(), code);
            assert!(error.to_string().ends_with(&format!("({code})")), "{error}");
        }
        let refused = brew("green").invoke(|_, _| ZoneSdkError::check(-10006).map(|()| "{}"));
        assert_eq!(
            refused.expect_err("the SDK fails").to_string(),
            "the SDK of the zone failed: the SDK doesn't know the call: update it if it is old (-10006)"
        );
    }

    #[test]
    fn every_failure_says_whose_it_is() {
        let told = |answer: Result<&'static str, &'static str>| {
            brew("green").invoke(|_, _| answer).expect_err("it fails").to_string()
        };
        assert_eq!(told(Err("-1")), "the SDK of the zone failed: -1");
        assert_eq!(
            told(Ok(r#"{"errcode":7,"errmsg":"dry"}"#)),
            "WeCom error 7: dry (NO_WATER: There is no water.)"
        );
        assert_eq!(
            told(Ok("{}")),
            "the response can't be decoded: there is no `errcode`, so the response is not from WeCom"
        );
    }
}
