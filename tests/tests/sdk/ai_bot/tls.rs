//! TLS, with an authority of our own.

use std::net::Ipv4Addr;
use std::sync::Arc;

use futures_util::{SinkExt as _, StreamExt as _};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use wecom_sdk::reqwest::Certificate;
use wecom_sdk::{AiBot, BotError, BotState};

#[tokio::test]
async fn a_connection_over_tls_needs_a_trusted_authority() {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let tls = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("wss://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(stream) = tls.accept(stream).await else { continue };
            let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { continue };
            while let Some(Ok(message)) = socket.next().await {
                let Ok(text) = message.to_text() else { continue };
                let Ok(frame) = serde_json::from_str::<Value>(text) else { continue };
                let answer =
                    json!({ "headers": frame["headers"], "errcode": 0, "body": { "echo": frame["body"] } });
                let _ = socket.send(answer.to_string().into()).await;
            }
        }
    });
    let error = AiBot::builder("aib", "secret").url(&url).connect().await.unwrap_err();
    let BotError::Connect(error) = &error else { panic!("{error:?}") };
    assert!(!error.is_transient() && error.to_string().contains("root_certificates"), "{error}");

    let root = Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    let (bot, _callbacks) =
        AiBot::builder("aib", "secret").url(&url).root_certificates([root]).connect().await.unwrap();
    assert_eq!(bot.state(), BotState::Subscribed);
    let echo = bot.call("aibot_send_msg", &json!({ "chatid": "好" })).await.unwrap();
    assert_eq!(echo, json!({ "echo": { "chatid": "好" } }));
}
