"""Build the Debian package of the agent, for this or another architecture, without a machine of that kind.

    python deploy/debian/build.py --suite bookworm --arch arm64 --out dist

The wheels named in lock/<suite>.txt are taken as they are and unpacked below /opt/edge-agent; nothing is
compiled. The same commit gives the same bytes: every date in the package is that of the commit.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sbom import bill_of_materials, installed, licences

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = Path("opt/edge-agent")
"""Where the package puts the program, below the root of the file system."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A release of Debian."""

    python: str
    """Its Python, whose wheels go into the package."""
    next_python: str
    """The first Python that cannot load them."""
    mark: str
    """End of the package's version, so that an upgrade of Debian brings the newer package."""


SUITES = {
    "bookworm": Suite("3.11", "3.12", "deb12"),
    "trixie": Suite("3.13", "3.14", "deb13"),
}
"""By code name. Debian 12 has Python 3.11, Debian 13 has Python 3.13."""
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
"""Names of wheels by Debian's names of architectures; there are no wheels for 32-bit ARM."""
PLAIN = ("control", "conffiles", "md5sums")
"""Files beside the scripts of dpkg that are none themselves."""
GLIBC = ("2_28", "2_27", "2_17")
"""Versions of glibc that wheels may ask for: both suites have a newer one (2.36 and 2.41)."""
NOBODY = "edge-agent maintainers <edge-agent@localhost.invalid>"
"""Maintainer of a package that somebody builds for his own plant."""
TEST_FOLDERS = ("numpy", "scipy")
"""Packages whose own tests are left out, 40 MB of them."""


def main() -> int:
    """Build one package; print its name."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--suite", choices=SUITES, default="bookworm", help="release of Debian")
    parser.add_argument("--arch", choices=MACHINES, default="arm64", help="architecture, by Debian's name")
    parser.add_argument(
        "--revision", type=int, default=1, help="number of this packaging of the same version"
    )
    parser.add_argument("--maintainer", default=NOBODY, help="who answers for the package: Name <address>")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the package")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    os.environ["SOURCE_DATE_EPOCH"] = str(date := commit_date())
    with tempfile.TemporaryDirectory(prefix="edge-agent-deb-") as scratch:
        tree = Path(scratch) / "tree"
        tree.mkdir()
        os.umask(0o022)
        version = unpack_wheels(tree / PROGRAM / "lib", args.suite, args.arch, Path(scratch))
        version = f"{version}-{args.revision}~{SUITES[args.suite].mark}"
        place_files(tree, version, date, args.maintainer)
        write_control(tree, args.suite, args.arch, version, args.maintainer)
        set_dates(tree, date)
        package = args.out / f"edge-agent_{version}_{args.arch}.deb"
        # xz is what Debian's archive takes; one thread, since the bytes depend on their number.
        run("dpkg-deb", "--root-owner-group", "-Zxz", "--threads-max=1", "--build", str(tree), str(package))
    print(package)
    return 0


def run(*command: str) -> str:
    """Run a program; return what it printed. Raises CalledProcessError."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


def commit_date() -> int:
    """Return when the commit was made, seconds since 1970; an environment that says so goes first."""
    return int(os.environ.get("SOURCE_DATE_EPOCH") or run("git", "log", "-1", "--format=%ct"))


def platform_options(suite: str, arch: str) -> list[str]:
    """Return pip's options for the wheels of another machine."""
    platforms = [f"manylinux_{glibc}_{MACHINES[arch]}" for glibc in GLIBC]
    platforms += [f"manylinux2014_{MACHINES[arch]}"]
    options = ["--only-binary=:all:", "--implementation=cp", f"--python-version={SUITES[suite].python}"]
    return [*options, *(f"--platform={platform}" for platform in platforms)]


def unpack_wheels(lib: Path, suite: str, arch: str, scratch: Path) -> str:
    """Unpack the agent and all that it needs below `lib`; return the agent's version."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run(*pip, "wheel", "--no-deps", "--wheel-dir", str(scratch), str(ROOT))
    (wheel,) = scratch.glob("*.whl")
    # pip compares with its own Python, too; the wheels were chosen for that of the suite.
    into = ["install", "--target", str(lib), "--no-deps", "--no-compile", "--ignore-requires-python"]
    into += platform_options(suite, arch)
    run(*pip, *into, "--require-hashes", "-r", str(HERE / "lock" / f"{suite}.txt"))
    run(*pip, *into, str(wheel))
    shutil.rmtree(lib / "bin", ignore_errors=True)  # scripts that name the Python of this machine
    shutil.rmtree(lib / "calibration")  # the workbench, not the agent
    for name in TEST_FOLDERS:
        for folder in sorted((lib / name).rglob("tests"), reverse=True):
            shutil.rmtree(folder)
    for record in lib.glob("*.dist-info"):
        for left in ("RECORD", "direct_url.json", "REQUESTED", "INSTALLER"):
            (record / left).unlink(missing_ok=True)  # they describe this build, not the package
    return wheel.name.split("-")[1]


def place_files(tree: Path, version: str, date: int, maintainer: str) -> None:
    """Put everything beside the wheels where it belongs."""
    deploy = HERE.parent
    install(HERE / "launcher", tree / PROGRAM / "bin/edge-agent", 0o755)
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/edge-agent").symlink_to("/opt/edge-agent/bin/edge-agent")
    for unit in ("edge-agent.service", "edge-agent@.service"):
        install(deploy / unit, tree / "lib/systemd/system" / unit)
    install(deploy / "60-edge-agent.rules", tree / "lib/udev/rules.d/60-edge-agent.rules")
    install(deploy / "edge-agent.example.yaml", tree / "etc/edge-agent/edge-agent.yaml")
    documents = tree / "usr/share/doc/edge-agent"
    install(deploy / "edge-agent.example.yaml", documents / "examples/edge-agent.yaml")
    for folder in ("mosquitto", "prometheus", "grafana"):
        shutil.copytree(deploy / folder, documents / "examples" / folder)
    for guide in (ROOT / "README.md", *(ROOT / "edge_agent").rglob("README.md")):
        install(guide, documents / guide.relative_to(ROOT))  # links between them hold
    parts = installed(tree / PROGRAM / "lib")
    write(documents / "sbom.cdx.json", bill_of_materials(parts, version, date))
    write(documents / "copyright", (HERE / "copyright.head").read_text() + licences(parts, PROGRAM / "lib"))
    changes = f"edge-agent ({version}) stable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- {maintainer}"
    changes += f"  {run('date', '-u', '-R', '-d', f'@{date}')}"
    for name, text in (("changelog.Debian", changes), ("changelog", (ROOT / "CHANGELOG.md").read_text())):
        write(documents / name, text)
        run("gzip", "-9n", str(documents / name))
    install(HERE / "lintian-overrides", tree / "usr/share/lintian/overrides/edge-agent")


def write_control(tree: Path, suite: str, arch: str, version: str, maintainer: str) -> None:
    """Write what dpkg wants to know, and the scripts that it runs."""
    size_kb = sum(file.lstat().st_size for file in tree.rglob("*") if file.is_file()) // 1024
    control = (
        (HERE / "control")
        .read_text()
        .format(
            version=version,
            arch=arch,
            maintainer=maintainer,
            size_kb=size_kb,
            python=SUITES[suite].python,
            next_python=SUITES[suite].next_python,
        )
    )
    files = sorted(file for file in tree.rglob("*") if file.is_file() and not file.is_symlink())
    sums = [f"{hashlib.md5(file.read_bytes()).hexdigest()}  {file.relative_to(tree)}\n" for file in files]
    write(tree / "DEBIAN/control", control)
    write(tree / "DEBIAN/conffiles", "/etc/edge-agent/edge-agent.yaml\n")
    write(tree / "DEBIAN/md5sums", "".join(sums))
    for script in ("postinst", "prerm", "postrm"):
        install(HERE / script, tree / "DEBIAN" / script, 0o755)


def install(source: Path, target: Path, mode: int = 0o644) -> None:
    """Copy a file, with its folder and its mode."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def write(target: Path, text: str) -> None:
    """Write a text file, with its folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def set_dates(tree: Path, date: int) -> None:
    """Give every file the date of the commit, and modes that no umask of this machine has a part in."""
    for file in (tree, *tree.rglob("*")):
        if not file.is_symlink():
            runs = file.parent in (tree / PROGRAM / "bin", tree / "DEBIAN") and file.name not in PLAIN
            file.chmod(0o755 if file.is_dir() or runs else 0o644)
        os.utime(file, (date, date), follow_symlinks=False)


if __name__ == "__main__":
    sys.exit(main())
