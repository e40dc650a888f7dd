"""What a figure depends on beside the code: machine, kernel, compiler, libc, governor, load."""
import os
import platform
import re
import subprocess
from pathlib import Path

PEER_PACKAGES = ("libspdlog-dev", "rapidjson-dev", "libcjson-dev", "libjansson-dev", "libsimdjson-dev", "golang-go",
                 "golang-github-rs-zerolog-dev", "golang-go.uber-zap-dev", "jq", "ripgrep", "grep", "coreutils")


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "not there"
    lines = (done.stdout or done.stderr).splitlines()
    return lines[0].strip() if lines else "not there"


def text_of(path):
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def cpu_model():
    found = re.search(r"^model name\s*:\s*(.*)$", text_of("/proc/cpuinfo"), re.MULTILINE)
    return found.group(1) if found else platform.processor()


def peer_versions():
    command = ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *PEER_PACKAGES]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return {}
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if not line.endswith(" "))


def cache_entry(build, name):
    found = re.search(rf"^{name}:\w+=(.*)$", text_of(Path(build) / "CMakeCache.txt"), re.MULTILINE)
    return found.group(1) if found else ""


def load():
    return [round(number, 2) for number in os.getloadavg()]


def describe(build, source):
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "libc": " ".join(platform.libc_ver()),
        "compiler": first_line(cache_entry(build, "CMAKE_C_COMPILER") or "cc", "--version"),
        "build type": cache_entry(build, "CMAKE_BUILD_TYPE"),
        "governor": text_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") or "none visible",
        "commit": first_line("git", "-C", str(source), "describe", "--always", "--dirty"),
        "load": load(),
        "peers": peer_versions(),
    }
