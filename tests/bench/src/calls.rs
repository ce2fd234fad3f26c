//! The same call, through different clients.

use std::hint::black_box;
use std::time::Duration;

use clap::ValueEnum;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use wecom_models::meeting::basic::GetMeetingInfo;

use crate::by_hand;

const MEETING: &str = "hyAJ2GCAAAXtWyujaWJHDDGi0mACAAAA";

/// Who makes the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Side {
    /// `wecom-sdk`.
    Wecom,
    /// `reqwest` and derived structs.
    Reqwest,
    /// `labrador`, as its own functions for WeCom use it, but to another address.
    #[cfg(feature = "rivals")]
    Labrador,
}

/// A client.
#[derive(Clone)]
pub enum Caller {
    /// `wecom-sdk`, as it is by default but for limits.
    Wecom(wecom_sdk::Client),
    /// `reqwest`, with the same settings.
    Reqwest(Bare),
    /// `labrador`.
    #[cfg(feature = "rivals")]
    Labrador(labrador::APIClient<labrador::SimpleStorage>),
}

/// What one writes who needs this one call: the token is there already, and never runs out.
#[derive(Clone)]
pub struct Bare {
    client: reqwest::Client,
    base_url: String,
    token: String,
}

/// Why a call failed.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

impl Caller {
    /// Sets a client up.
    pub fn new(side: Side, base_url: &str) -> Result<Self, Error> {
        let caller = match side {
            Side::Wecom => {
                let builder = wecom_sdk::Client::builder("corp", "secret").base_url(base_url);
                // As fast as it can is faster than WeCom allows.
                Self::Wecom(builder.on_limit(wecom_sdk::OnLimit::Ignore).build()?)
            }
            Side::Reqwest => Self::Reqwest(Bare::new(base_url)?),
            #[cfg(feature = "rivals")]
            Side::Labrador => Self::Labrador(labrador::APIClient::<labrador::SimpleStorage>::new(
                "corp", "secret", base_url,
            )),
        };
        Ok(caller)
    }

    /// Makes the call.
    pub async fn call(&self) -> Result<(), Error> {
        match self {
            Self::Wecom(client) => drop(black_box(client.send(&GetMeetingInfo::new(MEETING)).await?)),
            Self::Reqwest(bare) => drop(black_box(bare.call().await?)),
            #[cfg(feature = "rivals")]
            Self::Labrador(client) => drop(black_box(through_labrador(client).await?)),
        }
        Ok(())
    }
}

impl Bare {
    fn new(base_url: &str) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self { client, base_url: base_url.to_owned(), token: "a-token".to_owned() })
    }

    async fn call(&self) -> Result<by_hand::Meeting, Error> {
        let request = by_hand::requests::GetMeetingInfo { meetingid: MEETING.to_owned() };
        let url = format!("{}/cgi-bin/meeting/get_info?access_token={}", self.base_url, self.token);
        let response = self
            .client
            .post(url)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(serde_json::to_vec(&request)?)
            .send()
            .await?
            .error_for_status()?;
        let meeting: by_hand::Meeting = serde_json::from_slice(&response.bytes().await?)?;
        if meeting.errcode != 0 {
            return Err(meeting.errmsg.into());
        }
        Ok(meeting)
    }
}

/// Calls through `labrador`, whose type for the client of WeCom always goes to WeCom; it makes its calls like this.
#[cfg(feature = "rivals")]
async fn through_labrador(
    client: &labrador::APIClient<labrador::SimpleStorage>,
) -> Result<by_hand::Meeting, Error> {
    let request = labrador::LabraRequest::new()
        .url("/cgi-bin/meeting/get_info".to_owned())
        .params(vec![("access_token".to_owned(), "a-token".to_owned())])
        .method(labrador::Method::Post)
        .json(by_hand::requests::GetMeetingInfo { meetingid: MEETING.to_owned() })
        .req_type(labrador::RequestType::Json);
    let meeting: by_hand::Meeting = client.request(request).await?.json()?;
    if meeting.errcode != 0 {
        return Err(meeting.errmsg.into());
    }
    Ok(meeting)
}
