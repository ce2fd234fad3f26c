//! A merchant of WeChat Pay: its certificate, both signatures, and what becomes of an unclear outcome. The server is one of TLS that
//! demands the certificate.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use md5::{Digest as _, Md5};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use wecom_mock::Server;
use wecom_sdk::contacts::user::GetUser;
use wecom_sdk::idconvert::CorpIdToOpenCorpId;
use wecom_sdk::pay::red_packet::{QueryWorkwxRedPack, SendWorkwxRedPack, SendWorkwxRedPackArgs};
use wecom_sdk::pay::transfer::{NameCheck, PayToPocket, PayToPocketArgs, PaymentMessage};
use wecom_sdk::reqwest::Certificate;
use wecom_sdk::{Backoff, Client, Error, Merchant, MerchantBuilder, Provider};

const KEY: &str = "the-api-key-of-the-merchant-1234";
const SECRET: &str = "the-secret-of-the-app";
const MERCHANT: &str = "1900000001";

/// WeChat Pay, which demands a certificate of its own authority.
struct Pay {
    url: String,
    /// The authority of the server's certificate, and a client certificate with its key that the server accepts.
    authority: String,
    certificate: String,
    /// The bodies that arrived.
    received: Arc<Mutex<Vec<String>>>,
}

impl Pay {
    /// Each request is answered with the fields that are given for it, and with a signature by a key.
    async fn start(fields: &'static [(&'static str, &'static str)], key: &'static str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let signed = |name: &str| {
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            (params.signed_by(&key, &authority).unwrap(), key)
        };
        let (own, own_key) = signed("localhost");
        let (merchant, merchant_key) = signed("merchant");
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).unwrap();
        let config = ServerConfig::builder()
            .with_client_cert_verifier(WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap())
            .with_single_cert(
                vec![own.der().clone()],
                PrivateKeyDer::try_from(own_key.serialize_der()).unwrap(),
            )
            .unwrap();
        let tls = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let received = Arc::<Mutex<Vec<String>>>::default();
        let bodies = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, bodies) = (tls.clone(), Arc::clone(&bodies));
                tokio::spawn(async move {
                    // A client without a certificate is refused here.
                    let Ok(mut stream) = tls.accept(stream).await else { return };
                    let mut request = Vec::new();
                    while !request.ends_with(b"</xml>") {
                        if stream.read_buf(&mut request).await.unwrap_or_default() == 0 {
                            return;
                        }
                    }
                    let request = String::from_utf8(request).unwrap();
                    let (_, body) = request.split_once("\r\n\r\n").unwrap();
                    bodies.lock().unwrap().push(body.to_owned());
                    let answer = answer(fields, key);
                    let head = format!(
                        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                        answer.len()
                    );
                    let _ = stream.write_all((head + &answer).as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        let certificate = merchant.pem() + &merchant_key.serialize_pem();
        Self { url, authority: authority.pem(), certificate, received }
    }

    fn builder(&self) -> MerchantBuilder {
        let roots = Certificate::from_pem_bundle(self.authority.as_bytes()).unwrap();
        let url = self.url.clone();
        Merchant::builder(MERCHANT, KEY).client(|client| {
            let pause = Duration::from_millis(1);
            client.merchant_url(url).root_certificates(roots).retry(Backoff::new().delays(pause, pause))
        })
    }

    fn merchant(&self) -> Merchant {
        self.builder().certificate(&self.certificate).unwrap().app_secret(SECRET).build().unwrap()
    }

    /// The last body that arrived, as fields.
    fn last(&self) -> Vec<(String, String)> {
        fields(self.received.lock().unwrap().last().expect("something arrived"))
    }
}

/// A flat document as fields; nothing in these tests is escaped.
fn fields(xml: &str) -> Vec<(String, String)> {
    let inner = xml.trim_start_matches("<xml>").trim_end_matches("</xml>");
    let mut rest = inner;
    let mut found = Vec::new();
    while let Some((name, after)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        let (value, after) = after.split_once(&format!("</{name}>")).expect("it ends");
        found.push((name.to_owned(), value.to_owned()));
        rest = after;
    }
    found
}

fn get<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
}

/// A signature as the page computes it.
fn signature(fields: &[(String, String)], only: &[&str], without: &str, end: &str) -> String {
    let mut pairs: Vec<String> = fields
        .iter()
        .filter(|(name, value)| !value.is_empty() && name != without)
        .filter(|(name, _)| only.is_empty() || only.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.sort();
    let text = pairs.join("&") + end;
    Md5::digest(text).iter().fold(String::new(), |text, byte| text + &format!("{byte:02X}"))
}

fn answer(sent: &[(&str, &str)], key: &str) -> String {
    let sent: Vec<(String, String)> =
        sent.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let sign = signature(&sent, &[], "sign", &format!("&key={key}"));
    let element = |(name, value): &(String, String)| format!("<{name}><![CDATA[{value}]]></{name}>");
    let elements: String = sent.iter().map(element).collect();
    format!("<xml>{elements}<sign>{sign}</sign></xml>")
}

const SENT: &[(&str, &str)] = &[
    ("return_code", "SUCCESS"),
    ("result_code", "SUCCESS"),
    ("mch_billno", "1900000001202607030000000042"),
    ("mch_id", MERCHANT),
    ("wxappid", "ww1"),
    ("re_openid", "o1"),
    ("total_amount", "880"),
    ("send_listid", "10000"),
    ("sender_name", "灯谜"),
    ("sender_header_media_id", ""),
    ("added_later", "1"),
];

fn red_packet() -> SendWorkwxRedPack {
    SendWorkwxRedPack::new(SendWorkwxRedPackArgs {
        mch_billno: "1900000001202607030000000042".to_owned(),
        wxappid: "ww1".to_owned(),
        re_openid: "o1".to_owned(),
        total_amount: 880,
        wishing: "新年快乐".to_owned(),
        act_name: "Party".to_owned(),
        remark: "For all".to_owned(),
    })
    .sender_name("灯谜")
}

#[tokio::test]
async fn a_merchant_presents_its_certificate_and_signs_with_both_keys() {
    let pay = Pay::start(SENT, KEY).await;
    let sent = pay.merchant().send(&red_packet()).await.expect("it is sent");
    assert_eq!(sent.send_listid, "10000");

    let received = pay.last();
    let covered = ["act_name", "mch_billno", "mch_id", "nonce_str", "re_openid", "total_amount", "wxappid"];
    let app = signature(&received, &covered, "", &format!("&secret={SECRET}"));
    let merchant = signature(&received, &[], "sign", &format!("&key={KEY}"));
    assert_eq!([get(&received, "workwx_sign"), get(&received, "sign")], [app.as_str(), merchant.as_str()]);
    assert_eq!([get(&received, "mch_id"), get(&received, "wishing")], [MERCHANT, "新年快乐"]);
    assert_eq!(get(&received, "nonce_str").len(), 32);
}

#[tokio::test]
async fn a_payment_is_signed_over_fields_of_its_own() {
    const PAID: &[(&str, &str)] = &[
        ("return_code", "SUCCESS"),
        ("result_code", "SUCCESS"),
        ("appid", "ww1"),
        ("mch_id", MERCHANT),
        ("nonce_str", "n"),
        ("partner_trade_no", "19000000011"),
        ("payment_no", "77"),
        ("payment_time", "2026-07-20 22:05:59"),
    ];
    // Its page has no signature of responses: none is expected, and another key does no harm.
    let pay = Pay::start(PAID, "another key").await;
    let payment = PayToPocket::new(PayToPocketArgs {
        appid: "ww1".to_owned(),
        partner_trade_no: "19000000011".to_owned(),
        openid: "o1".to_owned(),
        check_name: NameCheck::Unchecked,
        amount: 100,
        desc: "Coffee".to_owned(),
        spbill_create_ip: "192.0.2.7".to_owned(),
        ww_msg_type: PaymentMessage::Normal,
        act_name: "Coffee".to_owned(),
    });
    let paid = pay.merchant().send(&payment).await.expect("it is paid");
    assert_eq!(paid.payment_no, "77");
    let received = pay.last();
    let covered =
        ["amount", "appid", "desc", "mch_id", "nonce_str", "openid", "partner_trade_no", "ww_msg_type"];
    assert_eq!(
        get(&received, "workwx_sign"),
        signature(&received, &covered, "", &format!("&secret={SECRET}"))
    );
}

#[tokio::test]
async fn without_the_certificate_nothing_is_sent() {
    let pay = Pay::start(SENT, KEY).await;
    let merchant = pay.builder().app_secret(SECRET).build().unwrap();
    let error = merchant.send(&red_packet()).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert!(pay.received.lock().unwrap().is_empty());
    for no_certificate in [&b""[..], b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"] {
        let Err(error) = pay.builder().certificate(no_certificate) else { panic!("it is accepted") };
        assert_eq!(
            error.to_string(),
            "the client can't be set up: the merchant's certificate must be in PEM, with its private key"
        );
    }
}

#[tokio::test]
async fn a_response_that_somebody_else_signed_leaves_the_outcome_unclear() {
    let pay = Pay::start(SENT, "another key").await;
    let merchant = pay.merchant();
    let error = merchant.send(&red_packet()).await.unwrap_err();
    assert!(error.may_have_been_carried_out(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "pay.red_packet.send_workwx_red_pack: the response can't be decoded at `sign`: the signature is wrong: the response is not \
         from WeChat Pay, or the API key is not the merchant's"
    );
    let first = pay.last();
    assert_eq!(pay.received.lock().unwrap().len(), 1, "it isn't repeated by itself");

    // The same request again has the same number, and a nonce and signatures of its own.
    merchant.send(&red_packet()).await.unwrap_err();
    let again = pay.last();
    assert_eq!(get(&first, "mch_billno"), get(&again, "mch_billno"));
    for field in ["nonce_str", "sign", "workwx_sign"] {
        assert_ne!(get(&first, field), get(&again, field), "{field}");
    }
}

#[tokio::test]
async fn an_error_of_wechat_pay_leaves_the_outcome_unclear() {
    const BUSY: &[(&str, &str)] = &[
        ("return_code", "SUCCESS"),
        ("result_code", "FAIL"),
        ("err_code", "SYSTEMERROR"),
        ("err_code_des", "ask later"),
    ];
    let pay = Pay::start(BUSY, KEY).await;
    let error = pay.merchant().send(&red_packet()).await.unwrap_err();
    assert!(matches!(&error, Error::Merchant { error, .. } if error.code == "SYSTEMERROR"), "{error:?}");
    assert!(error.may_have_been_carried_out());
    assert_eq!(pay.received.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_secret_of_an_app_is_needed_to_pay_and_not_to_ask() {
    const FOUND: &[(&str, &str)] = &[
        ("return_code", "SUCCESS"),
        ("result_code", "SUCCESS"),
        ("mch_billno", "42"),
        ("status", "RECEIVED"),
        ("total_amount", "880"),
    ];
    let pay = Pay::start(FOUND, KEY).await;
    let merchant = pay.builder().certificate(&pay.certificate).unwrap().build().unwrap();
    let error = merchant.send(&red_packet()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the client can't be set up: pay.red_packet.send_workwx_red_pack must also be signed with an app's secret: pass it"
    );
    assert!(pay.received.lock().unwrap().is_empty());

    let found = merchant.send(&QueryWorkwxRedPack::new("42", "ww1")).await.expect("it is found");
    assert_eq!(found.total_amount, 880);
    assert_eq!(get(&pay.last(), "workwx_sign"), "");
    assert!(!format!("{merchant:?}").contains(KEY));
}

#[tokio::test]
async fn an_app_a_provider_and_a_merchant_work_side_by_side_in_one_program() {
    let server = Server::start().await.unwrap();
    let pay = Pay::start(SENT, KEY).await;
    let app = Client::builder("ww1", "the-secret").base_url(server.base_url()).build().unwrap();
    let provider = app.with_credential(Provider::new("ww3", "the-provider-secret"));
    let merchant = pay.merchant();
    let (user, packet) = (GetUser::new("lin.wei"), red_packet());
    let convert = CorpIdToOpenCorpId::new("ww9");
    let (member, company, sent) =
        tokio::join!(app.send(&user), provider.send(&convert), merchant.send(&packet));
    member.expect("the app has its token");
    company.expect("the provider has its own");
    sent.expect("the merchant has its certificate");
}
