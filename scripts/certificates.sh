#!/usr/bin/env bash
# Makes a private authority and certificates of it, where they are not there yet (docs/tls.md).
#   scripts/certificates.sh FOLDER NAME [NAME or ADDRESS the certificate is for]...
# FOLDER gets authority.pem (for everybody who is to trust it), authority.key (to be kept elsewhere: who has it can make members of the
# cluster), NAME.pem, NAME.key, and both in one file for HAProxy, NAME.both.pem. A certificate holds for 825 days, the authority for ten years; run it again after removing NAME.pem.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '3s/^# *//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
folder=$1 name=$2
shift 2
umask 077
mkdir -p "$folder"

if [ ! -f "$folder/authority.pem" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=Progeny authority" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
        -keyout "$folder/authority.key" -out "$folder/authority.pem" 2>/dev/null
fi
[ ! -f "$folder/$name.pem" ] || exit 0

names=
for each in "$@" localhost 127.0.0.1 ::1; do
    if [[ $each =~ ^[0-9.]+$ || $each = *:* ]]; then names+=,IP:$each; else names+=,DNS:$each; fi
done
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" -keyout "$folder/$name.key" 2>/dev/null |
    openssl x509 -req -days 825 -CA "$folder/authority.pem" -CAkey "$folder/authority.key" -set_serial "0x$(openssl rand -hex 16)" \
        -extfile <(printf '%s\n' "subjectAltName=${names#,}" "extendedKeyUsage=serverAuth,clientAuth" "keyUsage=critical,digitalSignature") \
        -out "$folder/$name.pem.new" 2>/dev/null
cat "$folder/$name.pem.new" "$folder/$name.key" >"$folder/$name.both.pem"
mv "$folder/$name.pem.new" "$folder/$name.pem"
