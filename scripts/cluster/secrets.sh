# Sourced by cluster.sh: what a cluster with --secure has besides. All members are on this machine and share one certificate.

# make_secrets: a private authority with certificates, and the pepper of the keys, where they are not there yet.
make_secrets() {
    [ -n "$secure" ] || return 0
    command -v openssl >/dev/null || fail "openssl is missing; as root on Debian: apt-get install openssl" || return
    scripts/certificates.sh "$certificates" member && scripts/certificates.sh "$certificates" balancer || fail "The certificates could not be made in $certificates." || return
    [ -s "$folder/pepper" ] || openssl rand -hex 32 >"$folder/pepper"
}

# secure_arguments: those of a member. Nodes are asked by the balancer on this machine, and need no TLS there.
secure_arguments() {
    [ -n "$secure" ] || return 0
    printf '%s\n' --Security:Enabled true --Security:PepperFile "$folder/pepper" --Security:AdminKeyFile "$folder/admin.key" \
        --Silo:Tls:Certificate "$certificates/member.pem" --Silo:Tls:Key "$certificates/member.key" --Silo:Tls:Authority "$certificates/authority.pem"
}

# balancer_tls: what HAProxy has behind its address.
balancer_tls() { [ -z "$secure" ] || echo "ssl crt $certificates/balancer.both.pem"; }
