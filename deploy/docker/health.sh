#!/bin/bash
# Whether the node in this container works (docs/cluster.md): the runtime image has no program that asks over HTTP.
exec 3<>/dev/tcp/127.0.0.1/"${1:-8080}" || exit 1
printf 'GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -rt 3 _ status _ <&3
[ "$status" = 200 ]
