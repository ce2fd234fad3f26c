# Opens what it is given, and makes the same, with wechatpy.
import json
import sys

import xmltodict
from wechatpy.enterprise.crypto import WeChatCrypto

results = []
for case in json.load(sys.stdin):
    timestamp, nonce = case["timestamp"], case["nonce"]
    crypto = WeChatCrypto(case["token"], case["key"], case["receiveid"])
    # It raises an exception where the signature or the receiveid is wrong.
    message = crypto.decrypt_message(case["body"], case["signature"], timestamp, nonce)
    reply = xmltodict.parse(crypto.encrypt_message(message, nonce, timestamp))["xml"]
    results.append({
        "message": message,
        "receiveid": case["receiveid"],
        "genuine": True,
        "encrypted": reply["Encrypt"],
        "signature": reply["MsgSignature"],
    })
json.dump(results, sys.stdout)
