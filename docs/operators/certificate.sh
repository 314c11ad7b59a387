#!/bin/sh
# A certificate authority of your own and a certificate for Redis, in the folder tls/:
#   sh docs/operators/certificate.sh 192.0.2.10 redis.example.org
# Give ca.crt to every machine; keep the .key files where they are. Run it again for other names, or
# before the certificate ends: ca.crt stays, and Redis takes the new one when it starts.
set -eu
[ $# -gt 0 ] || { echo "usage: $0 ADDRESS-OR-NAME…" >&2; exit 2; }
days=825
umask 077
mkdir -p tls
# Where a file that is to be mounted is not there, docker makes a folder of its name.
for file in tls/ca.crt tls/redis.crt tls/redis.key; do [ ! -d $file ] || rmdir $file; done
names=DNS:redis,DNS:localhost,IP:127.0.0.1
for name in "$@"; do
    case $name in
        *:*) names="$names,IP:$name" ;;
        *[!0-9.]*) names="$names,DNS:$name" ;;
        *) names="$names,IP:$name" ;;
    esac
done
trap 'rm -f tls/redis.csr tls/redis.ext tls/redis.key.new tls/redis.crt.new' EXIT
quietly() { said=$("$@" 2>&1) || { printf '%s\n' "$said" >&2; exit 1; }; }
ec="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1"
[ -e tls/ca.crt ] || quietly openssl req -x509 $ec -nodes -days 3650 -subj "/CN=foodgan CA" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
    -keyout tls/ca.key -out tls/ca.crt
# Under new names: the old key is that of Redis's user, and not ours to write.
quietly openssl req $ec -nodes -subj "/CN=foodgan redis" \
    -keyout tls/redis.key.new -out tls/redis.csr
printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$names" > tls/redis.ext
quietly openssl x509 -req -in tls/redis.csr -CA tls/ca.crt -CAkey tls/ca.key -CAcreateserial \
    -days $days -extfile tls/redis.ext -out tls/redis.crt.new
chmod 644 tls/ca.crt tls/redis.crt.new
mv -f tls/redis.key.new tls/redis.key
mv -f tls/redis.crt.new tls/redis.crt
echo "tls/redis.crt is good for $days days and for $names"
echo "next: sudo chown 999 tls/redis.key; a Redis that runs already must be restarted to take it"
