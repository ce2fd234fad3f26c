-- KEYS: the lease's. ARGV: its fence, how many milliseconds it lasts.
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
