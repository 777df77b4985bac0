# make demo | test | torture | browser | lint | bench | model | conditions | schema | homeassistant
# make firmware | firmware-test | deb | deb-test | arm64 | fleet | pictures | clean
#
# Each target makes the virtual environment that it needs; PYTHON chooses the interpreter (3.11 or later).

PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable

# The agent and the calibration tools see to this themselves; a bench may load ONNX Runtime before them.
export ORT_DISABLE_TELEMETRY := 1

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.PHONY: demo test torture browser pictures lint bench model conditions schema homeassistant firmware firmware-test deb deb-test arm64 fleet \
	clean brokers database collector promtool emulator avr

demo: $(STAMPS)/demo
	$(BIN)/edge-calibrate demo $(ARGS)

test: $(STAMPS)/test brokers database promtool emulator
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

# Everything that tests/torture/README.md lists, on loopback, for hours: make torture ARGS="--minutes 5 --seed 7"
torture: $(STAMPS)/test brokers
	failed=; for script in tests/torture/torture_*.py; do \
		PYTHONPATH=. nice -n 10 $(BIN)/python "$$script" $(ARGS) || failed="$$failed $$script"; \
	done; test -z "$$failed" || { echo "faults in$$failed" >&2; exit 1; }

# The page in a headless Chromium; some 400 MB with the browser, so no part of `make test`.
browser: $(STAMPS)/browser
	@if ! { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null; then \
		if $(MAY_APT); then $(APT_INSTALL) chromium; \
		else echo "the page is not tested; to test it: sudo apt install chromium" >&2; fi; \
	fi
	$(BIN)/python -m pytest tests/e2e/test_page_in_browser.py $(ARGS)

# The pictures of the README, from the running demo.
pictures: $(STAMPS)/browser brokers
	$(BIN)/python tests/e2e/make_pictures.py

lint: $(STAMPS)/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(STAMPS)/bench brokers
	$(BIN)/edge-agent bench $(ARGS)
	for bench in tests/bench/bench_*.py; do $(BIN)/python "$$bench"; done

# The shipped model from nothing, in under two hours on two cores; stopped, it goes on where it was. Other sizes
# give a model of the same kind: make model RECORDINGS=100 EPOCHS=2 BUILD=/tmp/trial MODEL=/tmp/trial/shipped.onnx
RECORDINGS ?= 12000
EPOCHS ?= 16
BUILD ?= build
MODEL ?= edge_agent/models/broken_bars.onnx

model: $(STAMPS)/test
	$(BIN)/edge-calibrate dataset --out $(BUILD)/dataset --recordings $(RECORDINGS) --windows 3 --seed 7 --jobs 2
	$(BIN)/edge-calibrate train $(BUILD)/dataset --out $(BUILD)/run --seed 5 --epochs $(EPOCHS) --batch 64 --threads 1
	$(BIN)/edge-calibrate quantize $(BUILD)/run $(BUILD)/dataset --out $(BUILD)/broken_bars.onnx
	$(BIN)/edge-calibrate evaluate $(BUILD)/broken_bars.onnx $(BUILD)/dataset --run $(BUILD)/run --out $(BUILD)/report
	cp $(BUILD)/broken_bars.onnx $(MODEL)
	cp $(BUILD)/broken_bars.onnx.sha256 $(MODEL).sha256
	cp $(BUILD)/run/best.pt $(MODEL:.onnx=.pt)

# What calibration/learning/conditions/CONDITIONS_CARD.md rests on; stopped, it goes on where it was.
conditions: $(STAMPS)/test
	$(BIN)/edge-calibrate conditions --out $(BUILD)/conditions $(ARGS)

schema: $(STAMPS)/demo
	$(BIN)/python -m edge_agent.config.schema
	$(BIN)/python -m edge_agent.publish.schema

# Asks Home Assistant itself whether it takes our entities; some 500 MB, in an environment of its own. Python 3.13 or
# later gets 2026.2, an older one 2024.3, which checks less: make homeassistant HA_PYTHON=python3.13
HA_PYTHON ?= $(PYTHON)
HA_VENV := .venv-homeassistant
HA_CHECK := tests/publish/home_assistant

homeassistant: $(STAMPS)/test $(HA_VENV)/installed
	$(BIN)/python $(HA_CHECK)/discovery_cases.py > $(HA_VENV)/cases.json
	$(HA_VENV)/bin/python $(HA_CHECK)/check_discovery.py < $(HA_VENV)/cases.json

$(HA_VENV)/installed: $(HA_CHECK)/requirements.txt
	$(HA_PYTHON) -m venv --clear $(HA_VENV)
	$(HA_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# Packages for Debian 12 and 13, from any machine: make deb SUITE=trixie ARCH=arm64 ARGS='--revision 2'
SUITE ?= bookworm
ARCH ?= amd64

deb: $(STAMPS)/venv
	$(BIN)/python deploy/debian/build.py --suite $(SUITE) --arch $(ARCH) $(ARGS)

# As root: two revisions of the package go through their whole life in a fresh root of Debian, which debootstrap makes.
deb-test: $(STAMPS)/test brokers
	$(BIN)/python deploy/debian/build.py --suite $(SUITE) --arch amd64 --out build/deb-test/packages/$(SUITE) --revision 1
	$(BIN)/python deploy/debian/build.py --suite $(SUITE) --arch amd64 --out build/deb-test/packages/$(SUITE) --revision 2
	PYTHONPATH=. $(BIN)/python tests/deploy/debian/try_package.py --suite $(SUITE) build/deb-test/packages/$(SUITE)/*_amd64.deb

# The firmware of the Pico from source, with a compiler from PyPI: build/firmware/pico-daq.elf, .bin and .uf2.
firmware: $(STAMPS)/firmware
	$(BIN)/python deploy/firmware/pico/build.py build/firmware

# The same and the sketch of the Uno in emulators, and whole windows of the simulated motor: minutes.
firmware-test: $(STAMPS)/test emulator avr
	FIRMWARE_LONG=1 $(BIN)/python -m pytest tests/deploy/firmware $(ARGS)

# As root, by hand: the arm64 package under qemu gives the verdicts of this machine. Some ten minutes.
arm64: $(STAMPS)/test
	$(BIN)/python deploy/debian/build.py --suite bookworm --arch arm64 --out build/arm64/packages
	PYTHONPATH=. $(BIN)/python tests/deploy/debian/try_arm64.py build/arm64/packages/*_arm64.deb

# The centre of a fleet on loopback under thousands of simulated agents; half an hour. ARGS='steady --agents 1000' for a part.
fleet: $(STAMPS)/test brokers database collector
	PYTHONPATH=. $(BIN)/python deploy/fleet/measure.py $(ARGS)

clean:
	rm -rf $(VENV) $(HA_VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Debian keeps mosquitto out of the path of ordinary users.
HAS_MOSQUITTO := command -v mosquitto >/dev/null || test -x /usr/sbin/mosquitto

# Sets AS_ROOT and is true where packages may be installed: as root, or with a sudo that asks nothing.
MAY_APT := command -v apt-get >/dev/null && \
	if test "$$(id -u)" = 0; then AS_ROOT=; else AS_ROOT="sudo -n"; $$AS_ROOT true 2>/dev/null; fi
APT_INSTALL = $$AS_ROOT apt-get update -qq && \
	$$AS_ROOT env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than 3.11; choose another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@if ! $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		if $(MAY_APT); then $(APT_INSTALL) python3-venv; \
		else echo "ensurepip is missing; install it: sudo apt install python3-venv" >&2; exit 1; fi; \
	fi
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS)
	@touch $@

# The broker of the demo is mosquitto where there is one, else amqtt.
$(STAMPS)/demo: $(STAMPS)/venv pyproject.toml
	@echo "installing into $(VENV), which happens once; it takes some minutes and shows nothing meanwhile"
	if $(HAS_MOSQUITTO); then $(PIP) '.[simulator,web]'; else $(PIP) '.[demo]'; fi
	@touch $@

$(STAMPS)/test: $(STAMPS)/venv pyproject.toml
	$(PIP) '.[calibration,test]'
	@touch $@

$(STAMPS)/browser: $(STAMPS)/venv pyproject.toml
	$(PIP) '.[simulator,browser]'
	@touch $@

$(STAMPS)/lint: $(STAMPS)/venv pyproject.toml
	$(PIP) '.[calibration,lint]'
	@touch $@

$(STAMPS)/firmware: $(STAMPS)/venv pyproject.toml
	$(PIP) '.[firmware]'
	@touch $@

$(STAMPS)/bench: $(STAMPS)/venv pyproject.toml
	$(PIP) '.[bench,test]'
	@touch $@

# Tests that need a broker say loudly that they were skipped where there is none.
brokers:
	@if ! { { $(HAS_MOSQUITTO); } && command -v mosquitto_sub >/dev/null; }; then \
		if $(MAY_APT); then $(APT_INSTALL) mosquitto mosquitto-clients; \
		else echo "tests with a broker are skipped; to run them: sudo apt install mosquitto mosquitto-clients" >&2; \
		fi; \
	fi

# The database of a fleet: tests and measurements start one of their own.
database:
	@if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then \
		if $(MAY_APT); then $(APT_INSTALL) postgresql; \
		else echo "a fleet's database is not tested; to test it: sudo apt install postgresql" >&2; fi; \
	fi

# Its collector; only the measurement needs it.
collector:
	@if ! command -v rsyslogd >/dev/null; then \
		if $(MAY_APT); then $(APT_INSTALL) rsyslog rsyslog-pgsql; \
		else echo "to measure a fleet: sudo apt install rsyslog rsyslog-pgsql" >&2; fi; \
	fi

# Prometheus' checker of metrics and rules, taken out of Debian's package: to install that would start a server.
promtool: $(STAMPS)/venv
	@if ! { test -x $(BIN)/promtool || command -v promtool >/dev/null; }; then \
		folder="$$(mktemp -d)"; trap 'rm -rf "$$folder"' EXIT; \
		if $(MAY_APT) && $$AS_ROOT apt-get update -qq && cd "$$folder" && apt-get download -qq prometheus; then \
			dpkg-deb --fsys-tarfile prometheus_*.deb | tar -xO ./usr/bin/promtool > promtool; \
			install promtool "$(CURDIR)/$(BIN)/promtool"; \
		else echo "metrics and rules are not checked; to check them: sudo apt install prometheus" >&2; \
		fi; \
	fi

# The emulator of the Pico, from npm into the virtual environment.
RP2040JS := rp2040js@1.4.1

emulator: $(STAMPS)/venv
	@if ! test -d $(VENV)/emulator/node_modules/rp2040js; then \
		if command -v npm >/dev/null && command -v node >/dev/null; then \
			npm install --silent --no-audit --no-fund --prefix $(VENV)/emulator $(RP2040JS); \
		else echo "the firmware is not emulated; to do it: sudo apt install nodejs npm (node 18 or later)" >&2; fi; \
	fi

# Compiler and emulator of the Arduino Uno.
avr:
	@if ! { command -v avr-gcc >/dev/null && test -e /usr/include/simavr/sim_avr.h; }; then \
		if $(MAY_APT); then $(APT_INSTALL) gcc-avr avr-libc libsimavr-dev libelf-dev; \
		else echo "the sketch of the Uno is not tested; to test it: sudo apt install gcc-avr avr-libc libsimavr-dev libelf-dev" >&2; \
		fi; \
	fi
