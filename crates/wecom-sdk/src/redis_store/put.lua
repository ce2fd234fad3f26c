-- KEYS: the token's. ARGV: the token, the millisecond it expires in, the fence of the lease or "".
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then redis.call('DEL', KEYS[1]) end
local kept = tonumber(redis.call('HGET', KEYS[1], 'fence') or '')
if not (kept and kept >= 0 and kept < 2 ^ 53) then kept = 0 end
local fence = tonumber(ARGV[3]) or kept
if fence < kept then return 0 end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'expires', ARGV[2], 'fence', string.format('%d', fence))
return redis.call('PEXPIREAT', KEYS[1], ARGV[2])
