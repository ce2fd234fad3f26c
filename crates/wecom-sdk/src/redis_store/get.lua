-- KEYS: the token's. Returns the token and the millisecond it expires in, or nothing where the key holds something else.
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return {} end
return redis.call('HMGET', KEYS[1], 'token', 'expires')
