-- KEYS: the token's. ARGV: the token. The fence stays: a holder that comes back late must not bring an older token back.
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return 0 end
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
return redis.call('HDEL', KEYS[1], 'token')
