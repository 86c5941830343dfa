# Sourced by the other scripts from the top of a clone: installs and builds what has changed, and sets NODE.

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  echo "Diffo Edge needs Node 18 or newer with npm; install them (for example with your system's package manager) and run this again." >&2
  exit 2
fi
if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 18 ]; then
  echo "Diffo Edge needs Node 18 or newer, this is $(node --version); install a newer one and run this again." >&2
  exit 2
fi

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "installing the dependencies (once) ..." >&2
  if ! npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null; then
    echo "the dependencies could not be installed; see above, mend the network or the registry, and run this again." >&2
    exit 1
  fi
  touch node_modules/.package-lock.json
fi

# Node 24 comes with the dependencies on x64 and arm64; elsewhere the machine's own must do.
NODE=$PWD/node_modules/.bin/node
if [ ! -x "$NODE" ]; then
  NODE=$(command -v node)
  if [ "$("$NODE" -p 'process.versions.node.split(".")[0]')" -lt 24 ]; then
    echo "there is no packaged Node for this platform ($(uname -m)); install Node 24 and run this again." >&2
    exit 2
  fi
fi
PATH=$PWD/node_modules/.bin:$PATH
export PATH

build() {
  if [ -f dist/diffo.cjs ] && [ -z "$(find src firmware-profiles package.json scripts/build.ts -newer dist/diffo.cjs -print -quit)" ]; then
    return
  fi
  "$NODE" scripts/build.ts >&2
}
