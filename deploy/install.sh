#!/bin/sh
# Installs the agent on a Raspberry Pi or any other Debian 12 or 13 machine beside a motor.
#
#     install.sh --package edge-agent_VERSION_ARCH.deb
#     install.sh --repository http://SERVER/PATH --key edge-agent.asc
#
# Further options:
#     --config FILE      take this configuration instead of asking
#     --fleet FOLDER     take configuration and credentials of a folder that `edge-agent fleet` made
#     --set KEY=VALUE    answer a question of `edge-agent init`; may be repeated, and then none is asked
#     --no-start         leave the service alone
#
# Installing again upgrades. `apt purge edge-agent` removes everything.
set -eu

CONFIGURATION=/etc/edge-agent/edge-agent.yaml
STATE=/var/lib/edge-agent # the StateDirectory of the unit
EXAMPLE=/usr/share/doc/edge-agent/examples/edge-agent.yaml
NEEDED_MB=700 # the package with its dependencies, unpacked and compiled

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

usage() {
    sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p}' "$0"
    exit "$1"
}

package='' repository='' key='' config='' fleet='' start=yes answers=''
while [ $# -gt 0 ]; do
    case $1 in
        --package) package=${2:?} && shift 2 ;;
        --repository) repository=${2:?} && shift 2 ;;
        --key) key=${2:?} && shift 2 ;;
        --config) config=${2:?} && shift 2 ;;
        --fleet)
            fleet=${2:?} config=$2/edge-agent.yaml
            shift 2
            ;;
        --set)
            case ${2:?} in
                *"
"*) fail "--set takes one line" ;;
            esac
            answers="$answers$2
"
            shift 2
            ;;
        --no-start) start=no && shift ;;
        -h | --help) usage 0 ;;
        *) usage 2 >&2 ;;
    esac
done

check_machine() {
    [ "$(id -u)" = 0 ] || fail "must run as root: sudo $0 ..."
    architecture=$(dpkg --print-architecture 2>/dev/null) || fail "this is no Debian: see deploy/README.md for other systems"
    case $architecture in
        arm64 | amd64) ;;
        *) fail "$architecture is not supported: numpy, scipy and onnxruntime exist for 64-bit systems only." \
            "Write Raspberry Pi OS Lite (64-bit) to the card and start again" ;;
    esac
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
    case $codename in
        bookworm | trixie) ;;
        *) fail "there are packages for Debian 12 (bookworm) and 13 (trixie), this is $codename: see deploy/README.md" ;;
    esac
    free_mb=$(df -Pm /opt 2>/dev/null | awk 'NR == 2 { print $4 }')
    [ "${free_mb:-0}" -ge "$NEEDED_MB" ] || fail "${free_mb:-0} MB are free in /opt, $NEEDED_MB are needed"
}

install_package() {
    export DEBIAN_FRONTEND=noninteractive
    if [ -n "$package" ]; then
        [ -f "$package" ] || fail "$package is not there"
        apt-get update -q
        apt-get install -q -y --allow-downgrades "$(realpath "$package")"
        return
    fi
    if [ -z "$repository" ] || [ -z "$key" ]; then
        usage 2 >&2
    fi
    [ -f "$key" ] || fail "$key is not there; it is edge-agent.asc in the folder of the repository"
    install -D -m 0644 "$key" /etc/apt/keyrings/edge-agent.asc
    echo "deb [signed-by=/etc/apt/keyrings/edge-agent.asc] $repository $codename main" \
        > /etc/apt/sources.list.d/edge-agent.list
    apt-get update -q
    apt-get install -q -y edge-agent
}

# Only systemd tells the service its folder. Commands that are typed by hand find it by the configuration.
name_state_folder() {
    printf '\n# Where the service keeps what it has learned; commands typed by hand find it there\nstate_dir: %s\n' \
        "$STATE" >> "$CONFIGURATION"
}

# Only root and the service may read the key and the password.
install_credentials() {
    [ -n "$fleet" ] || return 0
    for file in ca.crt agent.crt agent.key mqtt-password; do
        [ -f "$fleet/$file" ] || fail "$fleet/$file is not there; copy the whole folder of this agent"
        install -m 0640 -o root -g edge-agent "$fleet/$file" "$(dirname "$CONFIGURATION")/$file"
    done
}

# A configuration that somebody has written is never lost: one that --config replaces is kept beside.
configure() {
    if [ -n "$config" ]; then
        if [ -f "$CONFIGURATION" ] && ! cmp -s "$CONFIGURATION" "$EXAMPLE" && ! cmp -s "$CONFIGURATION" "$config"; then
            cp -p --backup=numbered "$CONFIGURATION" "$CONFIGURATION.before"
            echo "install.sh: the old configuration is kept as $CONFIGURATION.before"
        fi
        install -m 0644 "$config" "$CONFIGURATION"
    elif cmp -s "$CONFIGURATION" "$EXAMPLE"; then
        printf '%s' "$answers" | {
            set --
            while IFS= read -r answer; do
                [ -z "$answer" ] || set -- "$@" --set "$answer"
            done
            if [ $# -gt 0 ]; then
                edge-agent init --force -o "$CONFIGURATION" "$@"
            elif (: < /dev/tty) 2>/dev/null; then
                edge-agent init --force -o "$CONFIGURATION" < /dev/tty
            else
                fail "nobody can be asked here: give the answers with --set, or a file with --config"
            fi
        }
        name_state_folder
    fi
    runuser -u edge-agent -- edge-agent check "$CONFIGURATION"
}

check_machine
install_package
install_credentials
configure
# systemd makes this folder only when the service starts, and doctor writes there.
install -d -o edge-agent -g edge-agent -m 0750 "$STATE"
if [ "$start" = yes ] && [ -d /run/systemd/system ]; then
    systemctl enable edge-agent.service
    systemctl restart edge-agent.service # one that runs already has not read a new configuration
else
    echo "the service is left as it is; to start it: systemctl enable --now edge-agent, or without systemd" \
        "runuser -u edge-agent -- edge-agent run -c $CONFIGURATION"
fi
cd "$STATE"
exec runuser -u edge-agent -- edge-agent doctor -c "$CONFIGURATION"
