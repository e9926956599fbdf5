# A thin front for `python3 -m dev`, which knows how; see dev/__main__.py.
PYTHON ?= python3
, := ,
FAULTS_ALL := kill,postgres,disk,smtp,imap,clock,cron
DEV := @$(PYTHON) -m dev

.DEFAULT_GOAL := help
.PHONY: help demo test bench load faults upgrades lint format i18n docs audit shell update setup clean

help:  ## list the targets
	@sed -n 's/^\([a-z0-9]*\):.*##  *\(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

demo:  ## run Odoo with the addons and demo data (PORT=8069) until Ctrl-C
	$(DEV) demo

test:  ## run everything (JOBS=1: one suite at a time), or T=path, T=path::Class::test, T=addon, T=words for pytest -k
	$(DEV) test $(if $(T),-- '$(T)')

bench:  ## measure everything with many tickets (SIZES=10000,200000; ONLY=words of an operation)
	$(DEV) bench $(if $(ONLY),-- --only '$(ONLY)' --show)

load:  ## sixteen people and mails on a real server (SECONDS=300; REPLICA=1 with a hot standby)
	$(DEV) load -- --seconds $(or $(SECONDS),300)

faults:  ## the same while something breaks (FAULTS=kill,postgres,disk,smtp,imap,clock,cron SECONDS=60)
	$(DEV) load -- --seconds $(or $(SECONDS),60) --faults $(or $(FAULTS),$(FAULTS_ALL))

upgrades:  ## install, upgrade and uninstall in every way that takes too long for each test run
	$(DEV) test -- tests/installation/every_way.py

lint:  ## check style and conventions
	$(DEV) lint

format:  ## let ruff put right what it can
	$(DEV) format

i18n:  ## export, merge and check the translations (i18n/README.md)
	$(DEV) i18n

audit:  ## ask for known weaknesses of the pinned Python packages (AUDIT_SERVICE=pypi or osv)
	$(DEV) audit

shell:  ## open an Odoo shell on the demo database
	$(DEV) shell

update:  ## upgrade the addons in the demo database
	$(DEV) update

docs:  ## take the pictures of the manual anew, or some of them (P="queue merge")
	$(DEV) docs $(P)

setup:  ## obtain Odoo and its Python environment, nothing else
	$(DEV) setup

clean:  ## stop everything and remove the work folder
	$(DEV) clean
