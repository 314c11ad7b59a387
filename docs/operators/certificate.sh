#!/bin/sh
# A certificate authority of your own and a certificate for Redis, in the folder tls/:
#   sh docs/operators/certificate.sh 192.0.2.10 redis.example.org
# Give ca.crt to every machine; keep the .key files where they are.
set -eu
[ $# -gt 0 ] || { echo "usage: $0 ADDRESS-OR-NAME…" >&2; exit 2; }
days=825
umask 077
mkdir -p tls
names=DNS:redis,DNS:localhost,IP:127.0.0.1
for name in "$@"; do
    case $name in
        *[!0-9.]*) names="$names,DNS:$name" ;;
        *) names="$names,IP:$name" ;;
    esac
done
ec="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1"
[ -e tls/ca.crt ] || openssl req -x509 $ec -nodes -days 3650 -subj "/CN=foodgan CA" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
    -keyout tls/ca.key -out tls/ca.crt 2>/dev/null
openssl req $ec -nodes -subj "/CN=foodgan redis" \
    -keyout tls/redis.key -out tls/redis.csr 2>/dev/null
printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$names" > tls/redis.ext
openssl x509 -req -in tls/redis.csr -CA tls/ca.crt -CAkey tls/ca.key -CAcreateserial \
    -days $days -extfile tls/redis.ext -out tls/redis.crt 2>/dev/null
rm tls/redis.csr tls/redis.ext
chmod 644 tls/ca.crt tls/redis.crt
echo "tls/redis.crt is good for $days days and for $names"
