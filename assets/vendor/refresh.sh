#!/bin/sh
# Fetches the pinned files of VERSIONS from npm again and checks their sums.
# To move to a newer release: change the version and both sums in VERSIONS, read upstream's
# changelog, then run this. Needs npm; the build of the program itself does not.
set -eu
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

grep -v '^#' VERSIONS | while read -r file package version path sum licence; do
    [ -n "$file" ] || continue
    archive=$(cd "$scratch" && npm pack --silent "$package@$version")
    tar -xzf "$scratch/$archive" -C "$scratch" "package/$path"
    echo "$sum  $scratch/package/$path" | sha256sum --check --quiet
    cp "$scratch/package/$path" "$file"
    echo "$file: $package $version ($licence)"
done
