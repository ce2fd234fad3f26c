// Opens what it is given, and makes the same, with WeCom's own library.
const { decrypt, encrypt, getSignature } = require('@wecom/crypto');

const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const results = cases.map(({ token, key, receiveid, timestamp, nonce, encrypted, signature }) => {
  const { message, id } = decrypt(key, encrypted);
  const again = encrypt(key, message, id);
  return {
    message,
    receiveid: id,
    genuine: getSignature(token, timestamp, nonce, encrypted) === signature,
    encrypted: again,
    signature: getSignature(token, timestamp, nonce, again),
  };
});
process.stdout.write(JSON.stringify(results));
