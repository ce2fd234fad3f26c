//! Signed requests: a keyed hash over all fields proves the sender's identity.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac_sha256::HMAC;
use serde_json::Value;
use wecom_models::{Secret, Timestamp};

use crate::Endpoint;

/// A request that is signed with the key of a service provider's cashier (收银台). Needs the feature `paytool`.
///
/// The algorithm: <https://developer.work.weixin.qq.com/document/path/98768>
pub trait Signed: Endpoint {
    /// Sets the nonce, the time and the signature.
    fn set_signature(&mut self, nonce: String, time: Timestamp, signature: String);

    /// Signs the request in its current state. Later changes invalidate the signature.
    ///
    /// `nonce` is at most 32 bytes and must not have been used in the last 15 minutes; `time` may differ from WeCom's by that much.
    fn sign(&mut self, key: &Secret, nonce: &str, time: Timestamp) -> Result<(), serde_json::Error> {
        self.set_signature(nonce.to_owned(), time, String::new());
        let signature = signature(&serde_json::to_value(&*self)?, key);
        self.set_signature(nonce.to_owned(), time, signature);
        Ok(())
    }
}

/// Returns the signature of a JSON object.
fn signature(fields: &Value, key: &Secret) -> String {
    let mut pairs = Vec::new();
    collect("", fields, &mut pairs);
    pairs.sort();
    STANDARD.encode(HMAC::mac(pairs.join("&"), key.expose()))
}

/// Collects every scalar with the name of its field, at any depth, except empty ones and the signature.
fn collect(name: &str, value: &Value, pairs: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| collect(name, value, pairs)),
        Value::Array(items) => items.iter().for_each(|item| collect(name, item, pairs)),
        Value::Null => {}
        scalar => {
            let text = crate::body::text(scalar);
            if !text.is_empty() && name != "sig" {
                pairs.push(format!("{name}={text}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_signed_in_the_order_of_the_pairs_however_deep_they_stand() {
        let order = json!({
            "orderid": "o-1", "order_type": 1, "empty": "", "none": null, "sig": "old", "free": true,
            "lines": [{ "num": 2, "unit_price": 90 }, { "num": 1, "unit_price": 100 }]
        });
        let mut pairs = Vec::new();
        collect("", &order, &mut pairs);
        pairs.sort();
        assert_eq!(
            pairs.join("&"),
            "free=true&num=1&num=2&order_type=1&orderid=o-1&unit_price=100&unit_price=90"
        );
    }

    #[test]
    fn the_documented_example_has_the_documented_signature() {
        // Input and output of the first example of the page on signatures.
        let order = json!({
            "orderid": "ord7", "buyer_corpid": "ww66302cfadbdd3c64", "buyer_userid": "invitetest",
            "product_id": "product_id_xxx", "product_name": "product_name_xxx", "product_detail": "product_detail_xxx",
            "unit_name": "台", "unit_price": 1, "num": 3, "nonce_str": "129031823", "ts": 1_548_302_135,
            "sig": "mPOwVW/vQ74xN+b+Yu1KMa9RrmhKJaJjAtXHTof+EpU="
        });
        let key = Secret::new("at23pxnPBNQY3JiA8N5U1gabiQqxZwqH_Gihg7a_wrULmlOPVP-iiRjv9JWYPrDk");
        assert_eq!(signature(&order, &key), "/WTXl/L2kJCYKJE5yY2JZvPq3rUjFf/pf39UhyJ2GUo=");
    }

    #[test]
    fn signatures_are_those_of_openssl() {
        // `printf '%s' TEXT | openssl dgst -sha256 -hmac KEY -binary | base64`, with keys below, at and above the block of 64 bytes.
        let lines = json!([{ "num": 2, "unit_price": 90 }, { "num": 1, "unit_price": 100 }]);
        let order = json!({ "orderid": "o-1", "order_type": 1, "free": true, "lines": lines });
        assert_eq!(
            signature(&order, &Secret::new("tea-key")),
            "eYn+Ut1jAJv6JLvhdQs+lv9dyU4iHPcgKTBY8M/BemA="
        );
        let order = json!({ "orderid": "o-3" });
        assert_eq!(
            signature(&order, &Secret::new("k".repeat(64))),
            "pD+/uCihhcMVbq7oO4NjwQ2D4Ahb0zBBmqbWuKnE1ZY="
        );
        let order = json!({ "orderid": "o-2", "note": "5 cups of tea, 10 % off & more", "buyer": "林伟" });
        assert_eq!(
            signature(&order, &Secret::new("0123456789abcdef".repeat(5))),
            "Z+wKD+6FLhIwF00sjVgO2mCeabfumMPX24S4ZMuy7w8="
        );
    }
}
