#!/bin/sh
# Makes or extends an apt repository from built packages, signed with a key of yours; any web server can serve it.
#
#     make-repository.sh FOLDER KEY PACKAGE.deb...
#
# KEY is what gpg calls the key: its fingerprint or its address. Needs reprepro and gnupg.
set -eu

usage() {
    echo "usage: $0 FOLDER KEY PACKAGE.deb..." >&2
    exit 2
}

[ $# -ge 3 ] || usage
folder=$1
key=$2
shift 2
for program in reprepro gpg; do
    command -v "$program" >/dev/null || { echo "$0: $program is missing: apt install reprepro gnupg" >&2; exit 1; }
done

mkdir -p "$folder/conf"
: > "$folder/conf/distributions"
for suite in bookworm trixie; do
    cat >> "$folder/conf/distributions" <<END
Codename: $suite
Architectures: amd64 arm64
Components: main
SignWith: $key
Limit: 3

END
done

for package in "$@"; do
    case $package in
        *~deb12_*) suite=bookworm ;;
        *~deb13_*) suite=trixie ;;
        *) echo "$0: $package is for neither bookworm nor trixie; build it with deploy/debian/build.py" >&2; exit 1 ;;
    esac
    # The priority and section of the package's own control file hold.
    reprepro --silent -b "$folder" includedeb "$suite" "$package"
done
gpg --export --armor "$key" > "$folder/edge-agent.asc"
echo "$folder is a repository; on a device:"
echo "    install.sh --repository http://SERVER/PATH --key edge-agent.asc"
