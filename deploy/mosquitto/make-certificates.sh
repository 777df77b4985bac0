#!/bin/sh
# Makes an authority of your own and the certificate of a broker.
#
#   make-certificates.sh BROKER_NAME FOLDER
#
# BROKER_NAME is the host name by which agents reach the broker (`mqtt.host`): it is checked.
# Makes FOLDER/ca.crt (for the agents), FOLDER/server.crt and server.key (for the broker) and FOLDER/ca.key:
# keep ca.key offline, since whoever has it can pretend to be the broker. Existing files are not overwritten.
set -eu

if [ $# -ne 2 ]; then
    echo "usage: $0 BROKER_NAME FOLDER" >&2
    exit 2
fi
name=$1
folder=$2
umask 077
mkdir -p "$folder"
for file in ca.key ca.crt server.key server.crt; do
    if [ -e "$folder/$file" ]; then
        echo "$folder/$file exists already; remove it to make a new one" >&2
        exit 1
    fi
done

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -sha256 \
    -subj "/CN=edge-agent authority" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -keyout "$folder/ca.key" -out "$folder/ca.crt" 2>/dev/null

openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 -subj "/CN=$name" \
    -keyout "$folder/server.key" -out "$folder/server.csr" 2>/dev/null
printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\n' "$name" > "$folder/server.ext"
openssl x509 -req -in "$folder/server.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -CAcreateserial \
    -days 1825 -sha256 -extfile "$folder/server.ext" -out "$folder/server.crt" 2>/dev/null
rm -f "$folder/server.csr" "$folder/server.ext" "$folder/ca.srl"
chmod 644 "$folder/ca.crt" "$folder/server.crt"
echo "made $folder/ca.crt, server.crt, server.key and ca.key for $name"
