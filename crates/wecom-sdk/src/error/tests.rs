use wecom_models::access::GetToken;
use wecom_models::chatdata::archive::SyncMsg;
use wecom_requests::{Check as _, Endpoint as _, ResponseError, parse};

use super::*;

#[test]
fn retry_after_is_seconds_or_a_date() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    for (value, expected) in [
        ("0", Some(0)),
        (" 120 ", Some(120)),
        ("99999999999999999999999", Some(u64::MAX)),
        ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
        ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
        ("Sun, 06 Nov 1994 08:49:07 GMT", Some(0)),
        ("", None),
        ("-5", None),
        ("+5", None),
        ("1.5", None),
        ("soon", None),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        assert_eq!(retry_after(&headers, now), expected.map(Duration::from_secs), "{value}");
    }
    assert_eq!(retry_after(&HeaderMap::new(), now), None);
}

/// Returns one of each variant, with a cause that its text ends with, and the number of variants.
fn one_of_each() -> Vec<(Error, &'static str)> {
    let endpoint = GetToken::META;
    let io = || std::io::Error::other("the root cause");
    let (body, timeout) = (Body::default(), Duration::from_secs(30));
    let answer = br#"{ "errcode": -1, "errmsg": "the root cause" }"#;
    let Err(ResponseError::Api(error)) = parse::<GetToken>(answer) else { panic!("it is an error") };
    let decode = || DecodeError::new("a.b", "the root cause");
    let json = serde_json::from_str::<Vec<()>>("[").unwrap_err();
    let url = ::http::Uri::try_from("http://[").unwrap_err();
    let violations = SyncMsg::new().limit(1001).violations().unwrap_err();
    vec![
        (Error::Api { endpoint, error, body: body.clone(), retry_after: None }, "the root cause"),
        (
            Error::Merchant {
                endpoint,
                error: MerchantError { code: "FAIL".to_owned(), message: "the root cause".to_owned() },
                body: body.clone(),
            },
            "the root cause",
        ),
        (Error::Decode { endpoint, error: decode(), body: body.clone() }, "the root cause"),
        (
            Error::Status { endpoint, status: StatusCode::BAD_GATEWAY, headers: Headers::default(), body },
            "502 Bad Gateway",
        ),
        (Error::Timeout { endpoint, timeout }, "30s"),
        (Error::Deadline { endpoint, deadline: timeout, sent: true }, "30s"),
        (Error::Stalled { endpoint, time: timeout }, "30s"),
        (Error::Transport { endpoint, source: TransportError::unsent(io()) }, "the root cause"),
        (Error::Limited { endpoint, retry_after: timeout }, "30s"),
        (Error::TooLarge { endpoint, limit: 7 }, "7 bytes"),
        (Error::Invalid { endpoint, violations }, "1001"),
        (Error::Build { endpoint, source: BuildError::Body(json) }, "EOF while parsing a list"),
        (Error::Build { endpoint, source: BuildError::Url { path: "/", source: url.into() } }, "invalid"),
        (Error::Content { endpoint, source: io() }, "the root cause"),
        (
            Error::Token(Arc::new(Error::Transport { endpoint, source: TransportError::broken(io()) })),
            "the root cause",
        ),
        (
            Error::Part { part: 3, count: 7, error: Box::new(Error::Content { endpoint, source: io() }) },
            "the root cause",
        ),
        (Error::NoTicket, "put_ticket"),
        (Error::RepeatedCursor { endpoint, cursor: "c".to_owned() }, "\"c\""),
        (Error::Setup("the root cause".to_owned()), "the root cause"),
    ]
}

/// Formats an error in one line with all its causes, as `anyhow` and similar crates do.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[test]
fn every_error_tells_each_thing_once_and_the_root_cause_too() {
    let mut kinds = std::collections::HashSet::new();
    for (error, cause) in one_of_each() {
        kinds.insert(std::mem::discriminant(&error));
        assert_eq!(with_causes(&error), error.to_string(), "the sources say nothing again");
        let told = error.to_string();
        assert_eq!(told.matches(cause).count(), 1, "{told}");
    }
    assert_eq!(kinds.len(), 18, "a variant is missing here");
}

#[test]
fn a_call_without_a_token_is_asked_about_why_it_got_none() {
    for (error, _) in one_of_each() {
        let asked = |error: &Error| {
            (
                (error.code(), error.is_code(-1), error.api().cloned(), error.body().cloned()),
                (error.retry_after(), error.is_timeout(), error.is_transient()),
                error.endpoint().map(|endpoint| endpoint.id),
            )
        };
        let direct = asked(&error);
        assert_eq!(asked(&Error::Token(Arc::new(error))), direct);
    }
}

#[test]
fn what_passes_is_transient_and_nothing_else() {
    let transient: Vec<bool> = one_of_each().iter().map(|(error, _)| error.is_transient()).collect();
    let expected = [
        true, false, false, true, true, true, true, true, true, false, false, false, false, false, true,
        false, false, false, false,
    ];
    assert_eq!(transient, expected);
    let status = |code: u16| Error::Status {
        endpoint: GetToken::META,
        status: code.try_into().unwrap(),
        headers: Headers::default(),
        body: Body::default(),
    };
    for (code, is_transient, may_be_done) in [
        (302, false, true),
        (303, false, true),
        (307, false, false),
        (404, false, false),
        (408, true, false),
        (429, true, false),
        (500, true, true),
        (503, true, true),
    ] {
        let error = status(code);
        assert_eq!(error.is_transient(), is_transient, "{code}");
        assert_eq!(error.may_have_been_carried_out(), may_be_done, "{code}");
    }
    let late = TransportError::unsent(std::io::Error::from(std::io::ErrorKind::TimedOut));
    assert!(Error::Transport { endpoint: GetToken::META, source: late }.is_timeout());
}

#[test]
fn headers_show_their_names_only() {
    let mut headers = HeaderMap::new();
    headers.insert("location", "https://elsewhere/?access_token=secret".parse().unwrap());
    assert_eq!(format!("{:?}", Headers::from(headers)), "{\"location\"}");
}
